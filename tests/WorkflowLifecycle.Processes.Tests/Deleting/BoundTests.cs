using System.Globalization;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A second process that mounts a directory on what is removed, or in it, and takes it off again, as fast as it can.</summary>
public sealed class BoundTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Tries = 1_000;

    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData("kernel", "base/d")]
    [InlineData("portable", "base/d")]
    [InlineData("kernel", "base")]
    [Trait("Scenario", "S70")]
    public async Task Removal_UnderBindMounts_LosesNothingOutside(string checks, string where) => await LosesNothingAsync(checks, where);

    // By the mount the working directory becomes the one of a live run, or leads to it.
    [Theory(Timeout = Limit)]
    [InlineData("base")]
    [InlineData("")]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_ThatBecomesOneOfALiveRun_ByABindMount_LosesNothingOfIt(string where) => await LosesNothingAsync("cleaner", where);

    [Theory(Timeout = Limit)]
    [InlineData("base/d")]
    [InlineData("")]
    [Trait("Scenario", "S70")]
    public async Task UsualDeletion_UnderTheSameAttack_LosesFilesOutside(string where) => Assert.NotEqual(0, (await RunAsync("naive", where))[^1]);

    private async Task LosesNothingAsync(string how, string where)
    {
        int[] numbers = await RunAsync(how, where);

        TestContext.Current.SendDiagnosticMessage("{0} at '{1}': tries, mounts, removals, refusals, files lost: {2}", how, where, string.Join(", ", numbers));
        Assert.Equal((Tries, 0), (numbers[0], numbers[^1]));
        Assert.InRange(numbers[1], Tries, int.MaxValue);
        Assert.InRange(numbers[2], 1, Tries);
    }

    private async Task<int[]> RunAsync(string how, string where)
    {
        string[] lines = await NamespaceHelper.RunAsync(["-m"], "bound", _place.Path, how, where);
        return [.. lines[^1].Split(' ').Select(static number => int.Parse(number, CultureInfo.InvariantCulture))];
    }
}
