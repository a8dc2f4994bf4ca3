namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>What a trace says of a process.</summary>
internal sealed class TracedProcess
{
    private const int Managed = 2;

    private readonly SortedDictionary<ulong, (bool IsManaged, ulong[] Stack)> _samples = [];
    private readonly List<(ulong Start, uint Size, string Type, string Name, string Signature)> _methods = [];
    private bool _isSorted;

    /// <summary>The runtime's own version; null when it was not said.</summary>
    public Version? RuntimeVersion { get; set; }

    /// <summary>Keeps the newest sample of each thread.</summary>
    public void AddSample(ulong thread, int kind, ulong[] stack) => _samples[thread] = (kind == Managed, stack);

    public void AddMethod(ulong start, uint size, string type, string name, string signature)
    {
        _methods.Add((start, size, type, name, signature));
        _isSorted = false;
    }

    /// <summary>The threads in the order of their numbers, each with its innermost frames first.</summary>
    public IEnumerable<TracedThread> Threads => _samples.Select(sample => new TracedThread
    {
        Id = sample.Key,
        IsManaged = sample.Value.IsManaged,
        Frames = [.. sample.Value.Stack.Select(Name)],
    });

    private string Name(ulong address)
    {
        if (!_isSorted)
        {
            _methods.Sort(static (left, right) => left.Start.CompareTo(right.Start));
            _isSorted = true;
        }

        int low = 0;
        int high = _methods.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _methods[middle].Start <= address ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && _methods[low - 1] is var method && address - method.Start < method.Size ? MethodText.Of(method.Type, method.Name, method.Signature) : MethodText.Unknown;
    }
}
