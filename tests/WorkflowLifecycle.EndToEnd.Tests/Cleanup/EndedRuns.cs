using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>Rows of runs that began a moment ago, each in a directory of its own.</summary>
internal sealed class EndedRuns : IDisposable
{
    // The kernel stamps files by a clock that ticks.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(30);

    private readonly string _place = Directory.CreateTempSubdirectory("workflow-lifecycle-ended-").FullName;

    public async Task<CleanupContext> BeginAsync(Func<string, Task>? prepare = null)
    {
        string workDirectory = Directory.CreateDirectory(Path.Combine(_place, Guid.NewGuid().ToString("N"))).FullName;
        await (prepare?.Invoke(workDirectory) ?? Task.CompletedTask);
        await Task.Delay(Tick, TestContext.Current.CancellationToken);
        RunRecord run = new()
        {
            RunId = RunId.Parse("run_ended"),
            InternalId = Guid.NewGuid().ToString("N"),
            State = RunState.Exited,
            LaunchedBy = "host:test",
            Program = "/bin/sh",
            WorkingDirectory = workDirectory,
            Host = new ProcessIdentity { HostId = "test", BootId = "test", Pid = 2, StartTicks = 1 },
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Proof = EndProof.CgroupAndReaperEmpty,
        };
        await Task.Delay(Tick, TestContext.Current.CancellationToken);
        return new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd };
    }

    public void Dispose() => Directory.Delete(_place, recursive: true);
}
