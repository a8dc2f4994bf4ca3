using WorkflowLifecycle.Processes.Tests.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>
/// A second process that puts a directory which nobody means in place of the working directory, as fast as it can, before the deletion looks at it, after that,
/// and while it goes on.
/// </summary>
[Collection(nameof(AloneCollection))]
[Trait("Scenario", "S71")]
public sealed class WorkDirectoryAttackTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Tries = 250;

    private readonly TemporaryDirectory _place = new();
    private readonly string? _home = Environment.GetEnvironmentVariable("HOME");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", _home);
        _place.Dispose();
    }

    [Theory(Timeout = Limit)]
    [InlineData("run", false)]
    [InlineData("run", true)]
    [InlineData("above a run", false)]
    [InlineData("home", false)]
    [InlineData("home", true)]
    [InlineData("repository", false)]
    public async Task WorkDirectory_ThatBecomesAProtectedPlace_IsNotDeleted(string what, bool byLink)
    {
        (int tries, int removed) = await AttackAsync(what, byLink, static async (cleaner, resource, run) => await cleaner.CleanAsync(resource, FileRuns.Over(run)));

        TestContext.Current.SendDiagnosticMessage("{0}, link {1}: {2} tries, {3} removals, 0 files lost", what, byLink, tries, removed);
        Assert.Equal(Tries, tries);
        Assert.InRange(removed, 1, Tries);
    }

    [Fact(Timeout = Limit)]
    public async Task WorkDirectory_OfTheUsualDeletion_AfterTheSameLook_CostsAProtectedPlace()
    {
        (int tries, _) = await AttackAsync("run", byLink: false, static (_, resource, _) =>
        {
            Directory.Delete(resource.Name, recursive: true);
            return Task.CompletedTask;
        });

        Assert.InRange(tries, 1, Tries - 1);
    }

    /// <summary>Ends with the first try that loses something.</summary>
    private async Task<(int Tries, int Removed)> AttackAsync(string what, bool byLink, Func<IResourceProvider, RunResource, RunRecord, Task> delete)
    {
        string theirs = _place.File("theirs");
        Attacker.Fill(theirs);
        Attacker.Fill(Path.Combine(theirs, what == "repository" ? ".git" : "below"));
        OccupiedPlace[] occupied = what is "run" or "above a run" ? [new OccupiedPlace(what == "run" ? theirs : Path.Combine(theirs, "below"), "the working directory of run_1, which is not over")] : [];
        Environment.SetEnvironmentVariable("HOME", what == "home" ? theirs : _home);
        IResourceProvider cleaner = WorkDirectoryCleaner.Create(new WorkDirectoryCleanerOptions(), (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>(occupied), TimeProvider.System);
        using Attacker attacker = await Attacker.StartAsync("swap");
        (int tries, int removed) = (0, 0);
        for (bool isWhole = true; isWhole && tries < Tries; tries++)
        {
            string path = _place.File($"work{tries}");
            Attacker.Fill(Path.Combine(path, "d"));
            (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(
                cleaner, FileRuns.Run(path), new LaunchRequest("true") { WorkingDirectory = path, WorkDirectory = WorkDirectoryPolicy.Delete });
            string other = theirs;
            if (byLink)
            {
                other = _place.File($"link{tries}");
                Directory.CreateSymbolicLink(other, theirs);
            }

            await attacker.AimAsync(path, other);
            try
            {
                await delete(cleaner, provided.Resources[0], run);
            }
            catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
            {
                Assert.NotEmpty(refusal.Message);
            }

            await attacker.AimAsync(_place.File("nothing"), _place.File("nowhere"));
            removed += new[] { path, other }.Any(static directory => Directory.Exists(Path.Combine(directory, "d"))) ? 0 : 1;
            isWhole = IsWhole(path) || IsWhole(theirs);
            if (isWhole && !byLink && File.Exists(Path.Combine(path, "f0")))
            {
                if (Directory.Exists(theirs))
                {
                    Directory.Move(theirs, _place.File($"left{tries}"));
                }

                Directory.Move(path, theirs);
            }
        }

        await attacker.EndAsync();
        return (tries, removed);
    }

    // Its own files, and those in the directory below.
    private static bool IsWhole(string directory) =>
        File.Exists(Path.Combine(directory, "f0")) && Directory.GetFiles(directory).Length == Attacker.Files && Directory.GetDirectories(directory).Sum(static below => Directory.GetFiles(below).Length) == Attacker.Files;
}
