namespace WorkflowLifecycle.Cli.Json;

/// <summary>An open socket.</summary>
internal sealed record EvidenceSocket(int Descriptor, string Protocol, string? Local, string? Remote, string? State)
{
    public static EvidenceSocket Of(SocketEvidence socket) => new(socket.Descriptor, socket.Protocol, socket.Local, socket.Remote, socket.State);
}
