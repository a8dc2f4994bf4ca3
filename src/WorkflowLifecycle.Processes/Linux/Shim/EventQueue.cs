namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Holds a shim's events back until its status was taken: they came after it, and may arrive before whoever waits for it goes on.</summary>
internal sealed class EventQueue(Action<ShimMessage> onEvent) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<ShimMessage> _waiting = new();
    private bool _isOpen;
    private bool _isOver;

    /// <summary>Called on the waiting thread, for each event in order.</summary>
    public void Take(ShimMessage message)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (_isOpen)
            {
                onEvent(message);
            }
            else
            {
                _waiting.Enqueue(message);
            }
        }
    }

    /// <summary>Lets them through, those that wait first.</summary>
    public void Open()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out ShimMessage? message))
            {
                onEvent(message);
            }

            _isOpen = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
        }
    }
}
