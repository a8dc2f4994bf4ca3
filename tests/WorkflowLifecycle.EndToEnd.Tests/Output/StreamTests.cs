using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Output;

/// <summary>Output that the host reads as bytes: the program waits for the reader, a kill does not.</summary>
public sealed class StreamTests : EndToEndTest
{
    private static LaunchRequest Streaming(LaunchRequest request) => request with { Output = OutputMode.Stream };

    private static long BytesWrittenBy(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/io").First(line => line.StartsWith("wchar:", StringComparison.Ordinal))["wchar:".Length..], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    [Fact(Timeout = Limit)]
    public async Task Streams_GiveEveryByte_AndTheResultKeepsNone()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Streaming(engine.Shell("printf '\\377\\0a\\r\\n'; printf b >&2; exit 4")));

        Task<byte[]> output = ReadAllAsync(process.StandardOutput);
        Assert.Equal("b", System.Text.Encoding.ASCII.GetString(await ReadAllAsync(process.StandardError)));
        Assert.Equal([255, 0, 97, 13, 10], await output);
        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, 4, "", ""), (result.State, result.ExitCode, result.StandardOutput, result.StandardError));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAProgramThatWaitsForItsReader_IsProven_AndWhatWasWrittenCanStillBeRead()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Streaming(engine.Request("yes")));
        await Wait.UntilAsync("it has written", () => BytesWrittenBy(process.Identity.Pid) >= 4096);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal((KillOutcome.Killed, RunState.Killed), (report.Outcome, result.State));
        Assert.StartsWith("y\ny\n", System.Text.Encoding.ASCII.GetString(await ReadAllAsync(process.StandardOutput)), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Run_IsReadyWithTheFirstByteThatIsRead()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Streaming(engine.Shell("printf .; exec sleep 60")));
        Assert.Equal(RunState.Initializing, (await engine.RowAsync(process.RunId)).State);

        Assert.Equal(1, await process.StandardOutput.ReadAsync(new byte[10]));

        await Wait.UntilAsync("the run is ready", () => engine.RowAsync(process.RunId).GetAwaiter().GetResult().State == RunState.Running);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Stream_ThatIsDisposed_GivesTheProgramSigpipe()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(Streaming(engine.Request("yes")));

        await process.StandardOutput.DisposeAsync();

        Assert.Equal(13, (await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10))).ExitSignal);
    }

    [Fact(Timeout = Limit)]
    public async Task Process_ThatIsDisposed_GoesOnAndIsDrained()
    {
        Engine engine = Start();
        ITrackedProcess process = await engine.LaunchAsync(Streaming(engine.Program("flood", "30000000", "done")));

        await process.DisposeAsync();

        Assert.Equal(5, (await process.WaitForExitAsync()).ExitCode);
        Assert.True(File.Exists(Room.File("done")));
    }

    [Fact(Timeout = Limit)]
    public async Task Run_ThatNobodyCouldRead_IsRefused()
    {
        Engine engine = Start();

        await Assert.ThrowsAsync<ArgumentException>(() => engine.Launcher.RunAsync(Streaming(engine.Request("true"))));
        await Assert.ThrowsAsync<KeepNotAvailableException>(() => engine.LaunchAsync(Streaming(engine.Request("true")) with { OnHostExit = OnHostExit.Keep }));
        Assert.Empty(await engine.AllRowsAsync());
    }
}
