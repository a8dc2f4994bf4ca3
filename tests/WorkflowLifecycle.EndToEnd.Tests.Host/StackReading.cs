using WorkflowLifecycle.ManagedStacks;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>Looks at the managed stacks of one process that belongs to no run, as whoever runs this.</summary>
public static class StackReading
{
    public static EvidenceContext ContextFor(int pid) => new()
    {
        Run = new RunRecord
        {
            RunId = RunId.New(),
            InternalId = "none",
            State = RunState.Running,
            LaunchedBy = "nobody",
            Program = "none",
            WorkingDirectory = "/",
            Host = new ProcessIdentity { HostId = "none", BootId = "none", Pid = pid, StartTicks = 0 },
            CreatedAt = TimeProvider.System.GetUtcNow(),
        },
        Ceiling = TimeSpan.FromSeconds(10),
        Processes = () => [new ProcessSnapshot { Pid = pid, Name = "meant" }],
        ThreadNames = _ => [".NET EventPipe"],
    };

    public static Task<IReadOnlyList<string>> ReadAsync(EvidenceContext context) => new ManagedStackSource().CaptureAsync(context, CancellationToken.None);
}
