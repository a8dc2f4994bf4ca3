using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>A look at the one socket of a process, as a host takes it that is not allowed everything.</summary>
internal static class SocketVerb
{
    public static async Task<int> RunAsync(int pid, string created)
    {
        if (!ProcessReader.TryReadStat(pid, out ProcStat stat))
        {
            throw new ArgumentException($"There is no process {pid}.");
        }

        IReadOnlyList<RunResource> seen = await SocketCleaner.Create(new SocketCleanerOptions(), TimeProvider.System).DiscoverAsync(new CleanupContext
        {
            Run = new RunRecord
            {
                RunId = RunId.Parse("run_0123456789ab"),
                InternalId = Guid.NewGuid().ToString("N"),
                State = RunState.Running,
                LaunchedBy = "host:tests",
                Program = "/usr/bin/python3",
                WorkingDirectory = "/",
                Host = Machine.Read().Identify(Environment.ProcessId)!,
                CreatedAt = DateTimeOffset.Parse(created, CultureInfo.InvariantCulture),
            },
            Moment = CleanupMoment.BeforeEnd,
            Mode = KillMode.Graceful,
            Processes = [new ProcessSnapshot { Pid = pid, StartTicks = stat.StartTicks, Name = stat.Name, BelongsBecause = "cgroup" }],
        });
        Console.WriteLine(seen is [{ } socket] ? $"{socket.Handling}, {socket.Details.GetValueOrDefault("doubt", "no doubt")}, open {socket.Details.GetValueOrDefault("open", "no")}" : $"{seen.Count} seen");
        return 0;
    }
}
