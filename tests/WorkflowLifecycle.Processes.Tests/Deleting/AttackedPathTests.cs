using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A second process that changes where a path leads, as fast as it can, between the look at a directory and its removal and while that goes on.</summary>
public sealed class AttackedPathTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Tries = 1_000;

    private readonly TemporaryDirectory _place = new();

    private string Outside => _place.File("outside");

    public void Dispose() => _place.Dispose();

    // What is above the base leads elsewhere, to one of the same name; or another directory has the name of the base, or of the one above it.
    [Theory(Timeout = Limit)]
    [InlineData("parent", true)]
    [InlineData("parent", false)]
    [InlineData("parent/base", false)]
    [Trait("Scenario", "S68")]
    public async Task Base_ThatIsExchangedForAnother_IsRemovedItself_OrNotAtAll(string what, bool byLink)
    {
        int removed = 0;

        (int tries, int swaps) = await AttackAsync(what, byLink, (path, resource) =>
        {
            try
            {
                using PinnedDirectory? place = OwnedDirectory.Open(resource);
                if (place is not null)
                {
                    OwnedDirectory.Remove(place, static _ => { }, TimeProvider.System, keep: null, TestContext.Current.CancellationToken);
                    removed++;
                }
            }
            catch (IOException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        });

        TestContext.Current.SendDiagnosticMessage("{0}, link {1}: {2} tries, {3} swaps, {4} removals, 0 files lost", what, byLink, tries, swaps, removed);
        Assert.Equal(Tries, tries);
        Assert.InRange(swaps, Tries, int.MaxValue);
        Assert.InRange(removed, Tries / 20, Tries);
    }

    [Theory(Timeout = Limit)]
    [InlineData("parent", true)]
    [InlineData("parent/base", false)]
    [Trait("Scenario", "S68")]
    public async Task Base_OfTheUsualDeletion_UnderTheSameAttack_CostsFilesOutside(string what, bool byLink)
    {
        (int tries, _) = await AttackAsync(what, byLink, static (path, _) =>
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception swapped) when (swapped is IOException or UnauthorizedAccessException)
            {
                Assert.NotEmpty(swapped.Message);
            }
        });

        Assert.InRange(tries, 1, Tries - 1);
    }

    // With so few directories open the way up leads by "..", which leads elsewhere from a directory that was moved.
    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public async Task Directory_ThatIsMovedOutAndBack_LeadsTheWalkNowhere()
    {
        Attacker.Fill(Outside);
        Directory.CreateDirectory(Path.Combine(Outside, "empty"));
        int removed = 0;
        using Attacker attacker = await Attacker.StartAsync("away");
        for (int i = 0; i < Tries; i++)
        {
            string path = _place.File($"base{i}");
            Directory.CreateDirectory(Path.Combine(path, "1", "2", "3", "4", "5", "6"));
            await File.WriteAllTextAsync(Path.Combine(path, "1", "2", "3", "4", "5", "6", "leaf"), string.Empty, TestContext.Current.CancellationToken);
            await attacker.AimAsync(Path.Combine(path, "1", "2"), Path.Combine(Outside, "moved"));
            removed += Removal.Of(path, new WalkLimits { OpenDirectories = 2 }).IsGone ? 1 : 0;
            await attacker.AimAsync(_place.File("nothing"), _place.File("nowhere"));
            Assert.Equal((Attacker.Files, true), (Directory.GetFiles(Outside).Length, Directory.Exists(Path.Combine(Outside, "empty"))));
            if (Directory.Exists(Path.Combine(Outside, "moved")))
            {
                Directory.Move(Path.Combine(Outside, "moved"), _place.File($"left{i}"));
            }
        }

        int moves = await attacker.EndAsync();
        TestContext.Current.SendDiagnosticMessage("{0} tries, {1} moves, {2} removals, 0 files lost", Tries, moves, removed);
        Assert.InRange(moves, 1, int.MaxValue);
        Assert.InRange(removed, Tries / 20, Tries);
    }

    /// <summary>Ends with the first try that loses something.</summary>
    private async Task<(int Tries, int Swaps)> AttackAsync(string what, bool byLink, Action<string, RunResource> remove)
    {
        using Attacker attacker = await Attacker.StartAsync("swap");
        int tries = 0;
        for (bool isWhole = true; isWhole && tries < Tries; tries++)
        {
            // Below each of the two is a directory that can be mistaken for the right one.
            string ours = _place.File($"{tries}");
            string theirs = _place.File($"outside{tries}");
            string path = Path.Combine(ours, "parent", "base");
            Attacker.Fill(Path.Combine(path, "d"));
            Attacker.Fill(Path.Combine(theirs, "parent", "base", "d"));
            await File.WriteAllTextAsync(Path.Combine(theirs, "parent", "base", "d", "theirs"), string.Empty, TestContext.Current.CancellationToken);
            string other = Path.Combine(theirs, what);
            if (byLink)
            {
                other = _place.File($"link{tries}");
                Directory.CreateSymbolicLink(other, Path.Combine(theirs, what));
            }

            RunResource resource;
            using (PinnedDirectory place = PinnedDirectory.Open(path)!)
            {
                resource = new RunResource { Cleaner = CleanerNames.Temp, Name = path, Details = OwnedDirectory.Describe(place) };
            }

            await attacker.AimAsync(Path.Combine(ours, what), other);
            remove(path, resource);
            await attacker.AimAsync(_place.File("nothing"), _place.File("nowhere"));
            isWhole = new[] { ours, theirs }.Select(root => Path.Combine(root, "parent", "base", "d")).Any(static d => File.Exists(Path.Combine(d, "theirs")) && Directory.GetFiles(d).Length == Attacker.Files + 1);
        }

        return (tries, await attacker.EndAsync());
    }
}
