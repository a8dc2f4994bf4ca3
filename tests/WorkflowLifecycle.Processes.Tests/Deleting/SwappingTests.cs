using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A second process that swaps a directory for a link to one outside, as fast as it can, while it is removed.</summary>
[Trait("Scenario", "S69")]
public sealed class SwappingTests : IDisposable
{
    private const int Limit = 240_000;
    private const int Tries = 2_000;
    private const int Files = 16;

    private readonly TemporaryDirectory _place = new();

    private string Outside => _place.File("outside");

    public void Dispose() => _place.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData("d")]
    [InlineData("")]
    public async Task Removal_UnderAttack_LosesNothingOutside(string swapped)
    {
        int removed = 0;
        int swaps = await AttackAsync(swapped, path =>
        {
            try
            {
                using PinnedDirectory? place = PinnedDirectory.Open(path);
                removed += place is not null && TreeRemover.Remove(place, static _ => { }, TimeProvider.System).Removed > 1 ? 1 : 0;
            }
            catch (IOException refusal)
            {
                Assert.Contains("symbolic link", refusal.Message, StringComparison.Ordinal);
            }

            return Lost() == 0;
        });

        TestContext.Current.SendDiagnosticMessage("{0} tries, {1} swaps, {2} removals, 0 files lost", Tries, swaps, removed);
        Assert.Equal(0, Lost());
        Assert.InRange(swaps, Tries, int.MaxValue);
        Assert.InRange(removed, Tries / 10, Tries);
    }

    [Fact(Timeout = Limit)]
    public async Task UsualDeletion_UnderTheSameAttack_LosesFilesOutside()
    {
        int lost = 0;
        await AttackAsync("d", path =>
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException swapped)
            {
                Assert.NotEmpty(swapped.Message);
            }
            catch (UnauthorizedAccessException swapped)
            {
                Assert.NotEmpty(swapped.Message);
            }

            lost += Lost();
            return lost == 0;
        });

        Assert.NotEqual(0, lost);
    }

    private int Lost() => Files - Directory.GetFiles(Outside).Length;

    private async Task<int> AttackAsync(string swapped, Func<string, bool> remove)
    {
        Attacker.Fill(Outside, Files);
        Directory.CreateDirectory(_place.File("side"));
        using Attacker attacker = await Attacker.StartAsync("swap");
        for (int i = 0; i < Tries; i++)
        {
            string path = _place.File($"base{i}");
            Attacker.Fill(Path.Combine(path, "d"), Files);
            string link = Path.Combine(_place.File("side"), $"link{i}");
            File.CreateSymbolicLink(link, Outside);
            await attacker.AimAsync(Path.Combine(path, swapped).TrimEnd('/'), link);
            if (!remove(path))
            {
                break;
            }
        }

        return await attacker.EndAsync();
    }
}
