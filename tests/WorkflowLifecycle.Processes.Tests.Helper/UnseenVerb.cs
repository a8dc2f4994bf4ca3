using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>A run's segment, looked at from a PID namespace that holds none of those who may have it.</summary>
internal static class UnseenVerb
{
    public static async Task<int> RunAsync(string id)
    {
        IResourceCleaner cleaner = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);
        CleanupContext context = new()
        {
            Moment = CleanupMoment.AfterEnd,
            Run = new RunRecord
            {
                RunId = RunId.Parse("run_0123456789ab"),
                InternalId = id,
                State = RunState.Exited,
                LaunchedBy = "host:test",
                HostUser = "os:0",
                Program = "python3",
                WorkingDirectory = "/",
                Host = Machine.Read().Identify(Environment.ProcessId)!,
                CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1),
            },
        };
        RunResource found = (await cleaner.DiscoverAsync(context)).Single(resource => resource.Name.Contains(id, StringComparison.Ordinal));
        Console.WriteLine(NamedSegments.Remove(found.Name, 0, TimeProvider.System) ?? "removed");
        try
        {
            await cleaner.CleanAsync(found, context);
            Console.WriteLine("cleaned");
        }
        catch (IOException refused)
        {
            Console.WriteLine(refused.Message);
        }

        return 0;
    }
}
