using System.Diagnostics;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>Ends the process that carries out a kill, by SIGKILL, at the instant in which the tree stands still.</summary>
internal sealed class DeadlyPhase : IShutdownPhase
{
    public string Name => "deadly";

    public ShutdownStage Stage => ShutdownStage.Quiesce;

    public TimeSpan Ceiling => TimeSpan.FromSeconds(1);

    public ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken = default)
    {
        if (context.IsFrozen)
        {
            Process.GetCurrentProcess().Kill();
        }

        return new([]);
    }

    public Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}
