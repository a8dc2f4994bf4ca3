using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Launching;

/// <summary>What is made at once, held against a moment right before, by the stamps of the kernel.</summary>
public sealed class FileClockTests
{
    // Longer than a launch takes here, so that a launch that does not wait is seen.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Pass_FileMadeThen_IsNotStampedBeforeTheMoment()
    {
        using TemporaryDirectory place = new();
        for (int file = 0; file < 100; file++)
        {
            string path = Path.Combine(place.Path, $"file-{file}");
            DateTimeOffset moment = DateTimeOffset.UtcNow;

            await FileClock.PassAsync(moment, Cancel);
            await File.WriteAllBytesAsync(path, [], Cancel);

            Assert.InRange(Born(path), moment, DateTimeOffset.UtcNow);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Pass_MomentFarAhead_HoldsNothingUpForLong()
    {
        Task passed = FileClock.PassAsync(DateTimeOffset.UtcNow.AddHours(1), Cancel);

        await passed.WaitAsync(TimeSpan.FromSeconds(5), Cancel);
    }

    [Fact(Timeout = 60_000)]
    public async Task Go_WithAMoment_StartsTheProgramAfterIt()
    {
        for (int launch = 0; launch < 20; launch++)
        {
            DateTimeOffset moment = DateTimeOffset.UtcNow + Ahead;
            await using LiveRun run = await LiveRun.LaunchAsync(": > born; mv born made; sleep 60", withCgroup: false, stampedFrom: moment);
            await LiveRun.UntilAsync(() => File.Exists(run.File("made")));

            Assert.InRange(Born(run.File("made")), moment, DateTimeOffset.UtcNow);
        }
    }

    private static DateTimeOffset Born(string path)
    {
        Assert.True(BornFile.TryTake(path, followLinks: false, out BornFile file));
        return file.Born!.Value;
    }
}
