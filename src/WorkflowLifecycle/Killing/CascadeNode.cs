namespace WorkflowLifecycle.Killing;

/// <summary>A run of the family that a kill ends.</summary>
/// <param name="run">The run.</param>
/// <param name="request">What is asked for it.</param>
/// <param name="admission">What that led to.</param>
internal sealed class CascadeNode(RunRecord run, KillRequest request, Admission admission)
{
    public RunRecord Run { get; } = run;

    public KillRequest Request { get; } = request;

    public Admission Admission { get; } = admission;

    /// <summary>The child runs that were found below it.</summary>
    public IReadOnlyList<CascadeNode> ChildRuns { get; set; } = [];

    /// <summary>The moment from which on nothing more is launched under it.</summary>
    public long FencedAt { get; set; }

    /// <summary>Lets its kill begin.</summary>
    public void Release() => Admission.Operation?.Release();
}
