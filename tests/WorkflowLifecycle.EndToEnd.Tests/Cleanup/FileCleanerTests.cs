using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>The temp directory and the working directory of real runs.</summary>
public sealed class FileCleanerTests : EndToEndTest
{
    private const WorkflowLifecycle.Hardening Everything =
        WorkflowLifecycle.Hardening.Landlock | WorkflowLifecycle.Hardening.PidNamespace | WorkflowLifecycle.Hardening.NoNewPrivileges;

    private static readonly string _uses = "f=$(mktemp) && echo x > \"$f\" && mkdir -p \"$TMPDIR/a/b\" && ln -s / \"$TMPDIR/link\" && echo \"$f\"";

    private string Temp => Directory.CreateDirectory(Room.File("tmp")).FullName;

    private string Archives => Directory.CreateDirectory(Room.File("archives")).FullName;

    private string Work => Directory.CreateDirectory(Room.File("work")).FullName;

    private Engine StartWithCleaners() => Start(services: services => services.AddWorkflowLifecycle()
        .AddTempCleaner(options => options.Directory = Temp)
        .AddWorkDirectoryCleaner(options => options.ArchiveDirectory = Archives));

    private static CleanupResult Line(IEnumerable<CleanupResult> receipt, string cleaner) => Assert.Single(receipt, line => line.Cleaner == cleaner);

    [Theory(Timeout = Limit)]
    [InlineData(WorkflowLifecycle.Hardening.None)]
    [InlineData(WorkflowLifecycle.Hardening.Landlock)]
    [InlineData(Everything)]
    public async Task TempDirectory_OfARunThatEnds_WasUsed_AndIsGone(WorkflowLifecycle.Hardening hardening)
    {
        Engine engine = StartWithCleaners();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell(_uses) with { Hardening = hardening });

        Assert.Equal((0, string.Empty), (result.ExitCode, result.StandardError));
        RunRecord row = await engine.RowAsync(result.RunId);
        string made = Path.Combine(Temp, "wfl-" + row.InternalId);
        Assert.StartsWith(made + "/", result.StandardOutput, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Temp));
        CleanupResult line = Line((await engine.Registry.FindReceiptAsync(result.RunId))!.Cleanup, CleanerNames.Temp);
        Assert.Equal((CleanupOutcomes.Clean, made), (line.Outcome, Assert.Single(line.Cleaned)));
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Emergency)]
    [InlineData(KillMode.Graceful)]
    public async Task TempDirectory_OfARunThatIsKilled_IsGone_AndOnTheReceipt(KillMode mode)
    {
        Engine engine = StartWithCleaners();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell($"{_uses} >&2; echo ready; sleep 50"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, mode == KillMode.Emergency ? Engine.Emergency() : Engine.Graceful());

        CleanupResult line = Line(report.Cleanup, CleanerNames.Temp);
        Assert.Equal((CleanupOutcomes.Clean, 1, 0), (line.Outcome, line.Cleaned.Count, line.Remaining.Count));
        Assert.Empty(Directory.GetFileSystemEntries(Temp));
        Assert.Equal(CleanupOutcomes.Kept, Line(report.Cleanup, CleanerNames.WorkDirectory).Outcome);
        Assert.True(Directory.Exists(Room.Path));
    }

    [Fact(Timeout = Limit)]
    public async Task WorkDirectory_ToBeDeleted_IsGone()
    {
        Engine engine = StartWithCleaners();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("mkdir a; echo x > a/b") with { WorkingDirectory = Work, WorkDirectory = WorkDirectoryPolicy.Delete });

        CleanupResult line = Line((await engine.Registry.FindReceiptAsync(result.RunId))!.Cleanup, CleanerNames.WorkDirectory);
        Assert.Equal((CleanupOutcomes.Clean, Room.File("work")), (line.Outcome, Assert.Single(line.Cleaned)));
        Assert.False(Directory.Exists(Room.File("work")));
    }

    [Fact(Timeout = Limit)]
    public async Task WorkDirectory_ToBeArchived_IsInTheArchiveThatTheReceiptNames()
    {
        Engine engine = StartWithCleaners();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(
            engine.Shell("echo kept > note; echo ready; sleep 50") with { WorkingDirectory = Work, WorkDirectory = WorkDirectoryPolicy.Archive });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        CleanupResult line = Line(report.Cleanup, CleanerNames.WorkDirectory);
        string archive = Assert.Single(Directory.GetFiles(Archives));
        Assert.Equal((CleanupOutcomes.Clean, $"{Room.File("work")} -> {archive}"), (line.Outcome, Assert.Single(line.Cleaned)));
        Assert.Contains(process.RunId.Value, Path.GetFileName(archive), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Room.File("work")));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task Launch_ThatWouldDeleteWhatOthersNeed_IsRefused_AndLeavesNothing()
    {
        Engine engine = StartWithCleaners();
        await using ITrackedProcess other = await engine.LaunchReadyAsync(
            engine.Shell("echo ready; sleep 50") with { WorkingDirectory = Directory.CreateDirectory(Path.Combine(Work, "of another")).FullName });
        string itsTemp = Assert.Single(Directory.GetFileSystemEntries(Temp));
        string itsState = (await engine.RowAsync(other.RunId)).Containment!.RunDirectory!;
        foreach ((string path, string why) in (ValueTuple<string, string>[])
            [("/", "'/'"), ("/usr", "system"), (Room.Path, "the"), (Work, other.RunId.Value), (Room.RuntimeDirectory, "state of runs"), (itsState, "state of runs"), (itsTemp, other.RunId.Value)])
        {
            LaunchFailedException refusal = await Assert.ThrowsAsync<LaunchFailedException>(
                () => engine.LaunchAsync(engine.Shell("echo never") with { WorkingDirectory = path, WorkDirectory = WorkDirectoryPolicy.Delete }));

            Assert.Equal(LaunchStage.Resources, refusal.Stage);
            Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        }

        // That of the other, which lives.
        Assert.Single(Directory.GetFileSystemEntries(Temp));
        await engine.Kills.KillAsync(other.RunId, Engine.Emergency());
        Assert.Empty(Directory.GetFileSystemEntries(Temp));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task Deletion_OfADirectoryInWhichAnotherRunWorks_IsADebt()
    {
        Engine engine = StartWithCleaners();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(
            engine.Shell("mkdir inside; echo ready; sleep 50") with { WorkingDirectory = Work, WorkDirectory = WorkDirectoryPolicy.Delete });
        await using ITrackedProcess other = await engine.LaunchReadyAsync(
            engine.Shell("echo ready; sleep 50") with { WorkingDirectory = Path.Combine(Work, "inside") });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        CleanupResult line = Line(report.Cleanup, CleanerNames.WorkDirectory);
        Assert.Equal(CleanupOutcomes.Failed, line.Outcome);
        Assert.Contains(other.RunId.Value, line.Message!, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(Work, "inside")));
        await engine.Kills.KillAsync(other.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Cleaners_AddedTwice_AreThereOnce()
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle().AddTempCleaner().AddWorkDirectoryCleaner().AddTempCleaner(options => options.Ceiling = TimeSpan.FromSeconds(7)).AddWorkDirectoryCleaner();
        await using ServiceProvider provider = services.BuildServiceProvider();

        IResourceCleaner[] cleaners = [.. provider.GetServices<IResourceCleaner>()];

        Assert.Equal([CleanerNames.Temp, CleanerNames.WorkDirectory], cleaners.Select(cleaner => cleaner.Name));
        Assert.Equal(TimeSpan.FromSeconds(7), cleaners[0].Ceiling);
    }

    [Theory(Timeout = Limit)]
    [InlineData("TempCleanerOptions.Ceiling")]
    [InlineData("TempCleanerOptions.Directory")]
    [InlineData("WorkDirectoryCleanerOptions.Ceiling")]
    [InlineData("WorkDirectoryCleanerOptions.ArchiveDirectory")]
    [InlineData("WorkDirectoryCleanerOptions.Policy")]
    public async Task Host_WithAWrongSetting_DoesNotStart_AndNamesIt(string setting)
    {
        await using GenericHost host = new(Room, TimeSpan.FromSeconds(5), after: services => services.AddWorkflowLifecycle()
            .AddTempCleaner(options =>
            {
                options.Ceiling = setting == "TempCleanerOptions.Ceiling" ? TimeSpan.Zero : options.Ceiling;
                options.Directory = setting == "TempCleanerOptions.Directory" ? "relative" : null;
            })
            .AddWorkDirectoryCleaner(options =>
            {
                options.Ceiling = setting == "WorkDirectoryCleanerOptions.Ceiling" ? TimeSpan.FromDays(2) : options.Ceiling;
                options.Policy = setting == "WorkDirectoryCleanerOptions.ArchiveDirectory" ? WorkDirectoryPolicy.Archive : setting == "WorkDirectoryCleanerOptions.Policy" ? (WorkDirectoryPolicy)9 : default;
            }));

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);

        Assert.Contains(setting, refusal.Message, StringComparison.Ordinal);
    }
}
