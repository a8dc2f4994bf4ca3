using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What became of a phase.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PhaseOutcome>))]
public enum PhaseOutcome
{
    /// <summary>There was nothing to wait for.</summary>
    NothingInFlight = 0,

    /// <summary>It did what it is for: what was in flight is done.</summary>
    Finished = 1,

    /// <summary>Its ceiling passed first; <see cref="PhaseReport.WaitedFor"/> names what was still in flight.</summary>
    CeilingReached = 2,

    /// <summary>It finished in time that the program had asked for beyond the ceiling.</summary>
    Extended = 3,

    /// <summary>It threw, or did not stop when it was told to. <see cref="PhaseReport.Message"/> says why; the kill went on.</summary>
    Failed = 4,

    /// <summary>The run names this phase, and the process that carried out the kill does not have it.</summary>
    NotAvailableHere = 5,

    /// <summary>A stronger request cut it short.</summary>
    Escalated = 6,
}
