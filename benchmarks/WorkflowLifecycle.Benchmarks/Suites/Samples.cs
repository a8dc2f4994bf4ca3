using System.Globalization;

namespace WorkflowLifecycle.Benchmarks.Suites;

/// <summary>Rows as they are in a store that was in use.</summary>
internal static class Samples
{
    public static RunRecord Run(int number) => new()
    {
        RunId = RunId.New(),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Exited,
        Workflow = number % 2 == 0 ? "builder" : "guardian",
        LaunchedBy = "host:benchmarks",
        Program = "/bin/true",
        Arguments = ["--number", number.ToString(CultureInfo.InvariantCulture)],
        WorkingDirectory = "/",
        Host = Identity,
        CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
    };

    public static AuditDraft Audit() => new()
    {
        ChainId = "benchmarks",
        Stage = "Requested",
        At = DateTimeOffset.UnixEpoch,
        Actor = "os:1000",
        Reason = "stuck in initialization",
    };

    private static ProcessIdentity Identity { get; } = new() { HostId = "benchmarks", BootId = "benchmarks", Pid = 42, StartTicks = 4_242 };
}
