using System.Diagnostics;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A test whose run is a program that was not written for it. What it works on lies in a directory of its own below the room.</summary>
public abstract class RealProgramTest : EndToEndTest
{
    /// <summary>Leaves at SIGTERM, and not before.</summary>
    protected const string Stays = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

    /// <summary>Goes on once <see cref="Release"/> was called.</summary>
    protected string UntilReleased => $"while [ ! -e {GoFile} ]; do sleep 0.05; done";

    protected string GoFile => Room.File("go");

    /// <summary>The work directory of the runs.</summary>
    protected string Work
    {
        get
        {
            Directory.CreateDirectory(Room.File("work"));
            return Room.File("work");
        }
    }

    protected string InWork(string name) => Path.Combine(Work, name);

    protected void Release() => File.WriteAllText(GoFile, string.Empty);

    internal LaunchRequest Script(Engine engine, string script) => engine.Shell(script) with { WorkingDirectory = Work };

    internal LaunchRequest Run(Engine engine, string program, params string[] arguments) => engine.Request(program, arguments) with { WorkingDirectory = Work };

    /// <summary>A program beside the tests, in the language that its name says.</summary>
    internal static string BesideTests(string name) => Path.Combine(AppContext.BaseDirectory, "programs", name);

    /// <summary>Skips the test where a program is missing.</summary>
    protected static void Need(params IReadOnlyList<string> programs)
    {
        string[] directories = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':');
        string[] missing = [.. programs.Where(program => !directories.Any(directory => File.Exists(Path.Combine(directory, program))))];
        Assert.SkipUnless(missing.Length == 0, $"Not on this machine: {string.Join(", ", missing)}.");
    }

    /// <summary>Kills gracefully, and returns once the kill says that it waits for this work.</summary>
    internal static async Task<Task<KillReport>> KillUntilItWaitsAsync(Engine engine, ITrackedProcess process, string work, double? seconds = null)
    {
        Task<KillReport> kill = engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds));
        await Wait.UntilAsync($"the kill waits for '{work}'", async () => kill.IsCompleted || await IsWaitingAsync(engine, process.RunId, work));
        if (kill.IsCompleted)
        {
            Assert.Fail($"The kill did not wait for '{work}': {Describe(await kill)}");
        }

        return kill;
    }

    internal static PhaseReport Find(KillReport report, string phase) => report.Phases.Single(line => line.Name == phase);

    /// <summary>The phase waited for work of that name, to its end.</summary>
    internal static void AssertWaitedFor(KillReport report, string phase, string work)
    {
        PhaseReport line = Find(report, phase);
        Assert.True(line.Outcome == PhaseOutcome.Finished, Describe(report));
        Assert.True(line.WaitedFor.Any(item => item.Description.Contains(work, StringComparison.Ordinal) && item.IsDone), Describe(report));
    }

    internal static void AssertDidNotWait(KillReport report, params IReadOnlyList<string> phases) =>
        Assert.True(phases.All(phase => Find(report, phase) is { Outcome: PhaseOutcome.NothingInFlight, WaitedFor: [] }), Describe(report));

    /// <summary>It was told to leave, left, and took nobody's time.</summary>
    internal static void AssertLeftAtOnce(KillReport report)
    {
        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertDidNotWait(report, "git", "database", "file", "other");
        Assert.InRange(report.DurationMs, 0, 8000);
        AssertNobodyLeft(report);
    }

    internal static void AssertNobodyLeft(KillReport report)
    {
        Assert.Empty(report.Survivors);
        Assert.DoesNotContain(report.ProcessesBefore, entry => ProcessEntry.IsAlive(entry.Pid));
    }

    /// <summary>Everything that explains why a report is not as expected.</summary>
    internal static string Describe(KillReport report) => string.Join(
        '\n',
        [
            $"{report.Outcome} after {report.DurationMs:0} ms, exit code {report.ExitCode}, signal {report.ExitSignal}",
            .. report.Steps.Select(step => $"{step.Name} {step.DurationMs:0} ms: {step.Outcome}"),
            .. report.Phases.Select(phase => $"{phase.Name} {phase.Outcome} {phase.DurationMs:0} ms: {string.Join(", ", phase.WaitedFor)} {phase.Message}"),
            .. report.ProcessesBefore.Select(entry => $"{entry.Pid} {entry.Name}: {entry.CommandLine}"),
        ]);

    /// <summary>Runs a program outside of every run.</summary>
    /// <returns>Everything that it wrote.</returns>
    internal async Task<string> RunAsideAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = Work, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        string all = await output + await error;
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{all}");
        return all;
    }

    private static async Task<bool> IsWaitingAsync(Engine engine, RunId runId, string work) =>
        (await engine.Store.ReadEventsAsync(default, 1000)).Any(happened =>
            happened.RunId == runId && happened.Kind == "kill.waiting" && happened.Message?.Contains(work, StringComparison.Ordinal) == true);
}
