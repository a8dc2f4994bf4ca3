namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// The life of one host. Each of its calls to the machine and to the store goes through here, so that it can die at any of them: before the call
/// has its effect, or after it and before the answer. From then on no call of it has an effect, and none returns.
/// </summary>
internal sealed class Lifeline(Action onDeath)
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly Lock _lock = new();
    private int _left = -1;
    private bool _diesAfter;
    private volatile bool _isDead;

    public bool IsDead => _isDead;

    // A call that takes its time may be spared meanwhile.
    private bool IsDoomed
    {
        get
        {
            lock (_lock)
            {
                return _diesAfter;
            }
        }
    }

    /// <summary>Lets it die at a call to come.</summary>
    public void DieAt(int calls, bool after)
    {
        lock (_lock)
        {
            (_left, _diesAfter) = (calls, after);
        }
    }

    /// <summary>It dies at no call any more.</summary>
    public void LiveOn() => DieAt(-1, after: false);

    public void Die()
    {
        lock (_lock)
        {
            if (_isDead)
            {
                return;
            }

            _isDead = true;
        }

        onDeath();
    }

    public T Call<T>(Func<T> effect)
    {
        bool isLast = Count();
        if (_isDead)
        {
            throw new HostDiedException();
        }

        T result = effect();
        if (isLast && IsDoomed)
        {
            Die();
        }

        return _isDead ? throw new HostDiedException() : result;
    }

    public async Task<T> CallAsync<T>(Func<Task<T>> effect)
    {
        bool isLast = Count();
        if (_isDead)
        {
            await Never;
        }

        T result;
        try
        {
            result = await effect();
        }
        catch when (_isDead)
        {
            await Never;
            throw;
        }

        if (isLast && IsDoomed)
        {
            Die();
        }

        if (_isDead)
        {
            await Never;
        }

        return result;
    }

    // True when it is to die after this call; when before, it is dead on return.
    private bool Count()
    {
        lock (_lock)
        {
            if (_isDead || _left < 0 || _left-- > 0)
            {
                return false;
            }

            if (_diesAfter)
            {
                return true;
            }
        }

        Die();
        return false;
    }
}
