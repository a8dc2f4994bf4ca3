namespace WorkflowLifecycle;

/// <summary>When evidence is taken before a run is ended. An emergency never takes any.</summary>
public enum EvidencePolicy
{
    /// <summary>Never, also where a request asks for it.</summary>
    Never = 0,

    /// <summary>Where a run is ended because it is stuck, and where a request asks for it.</summary>
    OnStuck = 1,

    /// <summary>Before every graceful kill.</summary>
    OnGracefulKill = 2,
}
