namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// Whose call comes next. Each call of a host waits here until everything that the one before it led to has come to rest, so that one number
/// decides the order of all of them, and decides the same the next time.
/// </summary>
internal sealed class Turns(int order)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(order);
    private readonly List<Turn> _waiting = [];

    /// <summary>Completes when it is its turn.</summary>
    /// <exception cref="HostDiedException">The host is dead: it gets nothing done any more.</exception>
    public Task WaitAsync(SimulatedHost host, string what)
    {
        Turn turn = new(host, what);
        lock (_lock)
        {
            _waiting.Add(turn);
        }

        return turn.Come.Task;
    }

    /// <summary>A number that the order decides.</summary>
    public int Choose(int below)
    {
        lock (_lock)
        {
            return _random.Next(below);
        }
    }

    /// <summary>Lets one have its turn. It goes on in here, as far as it comes without waiting for another.</summary>
    /// <returns>False when nobody waits.</returns>
    public bool TryNext()
    {
        Turn turn;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return false;
            }

            int at = _waiting.FindIndex(static waiting => waiting.Host.IsDead);
            if (at < 0)
            {
                // The threads of a host come here in any order.
                _waiting.Sort(static (one, other) =>
                    one.Host.Self.Pid != other.Host.Self.Pid ? one.Host.Self.Pid.CompareTo(other.Host.Self.Pid) : string.CompareOrdinal(one.What, other.What));
                at = _random.Next(_waiting.Count);
            }

            turn = _waiting[at];
            _waiting.RemoveAt(at);
        }

        if (turn.Host.IsDead)
        {
            turn.Come.SetException(new HostDiedException());
        }
        else
        {
            turn.Come.SetResult();
        }

        return true;
    }

    // Whoever waits goes on at once, in the thread that lets it: no other is woken for that.
    private sealed record Turn(SimulatedHost Host, string What)
    {
        public TaskCompletionSource Come { get; } = new();
    }
}
