namespace WorkflowLifecycle.Shim.Tests.Harness;

internal sealed record EmptyEvent
{
    public required uint Proof { get; init; }
    public required uint Sigkills { get; init; }
    public required uint Leftovers { get; init; }
    public required uint Walkers { get; init; }
    public required uint EndedBy { get; init; }

    public static EmptyEvent From(Message message) => new()
    {
        Proof = message.U32(0),
        Sigkills = message.U32(4),
        Leftovers = message.U32(8),
        Walkers = message.U32(12),
        EndedBy = message.U32(16),
    };
}
