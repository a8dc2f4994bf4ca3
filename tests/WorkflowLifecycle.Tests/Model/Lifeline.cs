namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// The life of one host. Each of its calls to the machine and to the store goes through here, so that it can die at any of them: before the call
/// has its effect, or after it and before the answer. From then on no call of it has an effect: each fails, which gives back the file locks that
/// the kernel would free.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="turns">Whose call comes next.</param>
/// <param name="gate">The machine's: between a look at the life and an effect nobody dies.</param>
/// <param name="onDeath">What the machine does then.</param>
internal sealed class Lifeline(SimulatedHost host, Turns turns, Lock gate, Action onDeath)
{
    private readonly TaskCompletionSource _death = new();
    private int _left = -1;
    private bool _diesAfter;
    private volatile bool _isDead;

    public bool IsDead => _isDead;

    /// <summary>Waits for something, or for its death.</summary>
    public Task WaitAsync(Task something) => Task.WhenAny(something, _death.Task);

    /// <summary>Lets it die at a call to come.</summary>
    public void DieAt(int calls, bool after)
    {
        lock (gate)
        {
            (_left, _diesAfter) = (calls, after);
        }
    }

    /// <summary>It dies at no call any more.</summary>
    public void LiveOn() => DieAt(-1, after: false);

    public void Die()
    {
        lock (gate)
        {
            if (!_isDead)
            {
                _isDead = true;
                _death.SetResult();
                onDeath();
            }
        }
    }

    /// <summary>Ends it when it is its turn, as a process does that has nothing more to do.</summary>
    public async Task LeaveAsync()
    {
        await turns.WaitAsync(host, "leave");
        Die();
    }

    /// <summary>For a call that the engine makes without waiting.</summary>
    public T Call<T>(Func<T> effect)
    {
        lock (gate)
        {
            bool isLast = Count();
            RequireLife();
            T result = effect();
            DieIf(isLast);
            RequireLife();
            return result;
        }
    }

    /// <summary>For a call whose effect comes when it is its turn.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="effect">The effect. Where it takes its time, its end waits for a turn as well.</param>
    public async Task<T> CallAsync<T>(string what, Func<Task<T>> effect)
    {
        await turns.WaitAsync(host, what);
        Task<T> under;
        bool isLast;
        lock (gate)
        {
            isLast = Count();
            RequireLife();
            under = effect();
            DieIf(isLast && under.IsCompleted);
        }

        if (!under.IsCompleted)
        {
            await WaitAsync(under);
            await turns.WaitAsync(host, what);

            // A call that takes its time may be spared meanwhile.
            DieIf(isLast && _diesAfter);
        }

        RequireLife();
        return await under;
    }

    private void RequireLife()
    {
        if (_isDead)
        {
            throw new HostDiedException();
        }
    }

    private void DieIf(bool isLast)
    {
        if (isLast)
        {
            Die();
        }
    }

    // True when it is to die after this call; when before, it is dead on return.
    private bool Count()
    {
        if (_isDead || _left < 0 || _left-- > 0)
        {
            return false;
        }

        if (!_diesAfter)
        {
            Die();
        }

        return _diesAfter;
    }
}
