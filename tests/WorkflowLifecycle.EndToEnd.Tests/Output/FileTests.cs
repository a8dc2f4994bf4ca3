using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Output;

/// <summary>Output that goes to files, or nowhere.</summary>
public sealed class FileTests : EndToEndTest
{
    [Fact(Timeout = Limit)]
    public async Task Files_AreCappedAndRotatedAndKept()
    {
        Engine engine = Start(configure: options =>
        {
            options.OutputFileCap = 100_000;
            options.OutputFilesKept = 1;
        });

        RunResult result = await engine.Launcher.RunAsync(engine.Program("flood", "1000000", "done") with { Output = OutputMode.Files });

        Assert.Equal((5, string.Empty), (result.ExitCode, result.StandardOutput));
        string directory = (await engine.RowAsync(result.RunId)).Containment!.RunDirectory;
        Assert.Equal(["stderr.log", "stdout.log", "stdout.log.1"], Directory.GetFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.InRange(new FileInfo(Path.Combine(directory, "stdout.log.1")).Length, 1, 100_000);
        Assert.InRange(new FileInfo(Path.Combine(directory, "stdout.log")).Length, 0, 100_000);
        string all = await File.ReadAllTextAsync(Path.Combine(directory, "stdout.log.1")) + await File.ReadAllTextAsync(Path.Combine(directory, "stdout.log"));
        Assert.EndsWith("9999\n", all, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Discard_LeavesNothing()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Program("flood", "1000000", "done") with { Output = OutputMode.Discard });

        Assert.Equal((5, string.Empty, false), (result.ExitCode, result.StandardOutput, result.OutputTruncated));
        Assert.False(Directory.Exists((await engine.RowAsync(result.RunId)).Containment!.RunDirectory));
    }

    [Fact(Timeout = Limit)]
    public async Task Keep_WithCapturedOutput_IsRefusedWithTheRemedy()
    {
        Engine engine = Start();

        KeepNotAvailableException exception = await Assert.ThrowsAsync<KeepNotAvailableException>(() =>
            engine.LaunchAsync(engine.Request("true") with { OnHostExit = OnHostExit.Keep }));

        Assert.Contains("Files or Discard", exception.Message, StringComparison.Ordinal);
        Assert.Empty(await engine.AllRowsAsync());
    }
}
