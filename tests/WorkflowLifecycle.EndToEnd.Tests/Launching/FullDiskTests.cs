using System.Diagnostics;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>No space is left where the run directories are.</summary>
public sealed class FullDiskTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_WhoseDirectoryHasNoSpace_IsRefusedOrEnded(bool isFullBefore)
    {
        string small = Directory.CreateDirectory(Room.File("small")).FullName;
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", small) == 0, "this user cannot mount");
        try
        {
            Engine engine = Start(configure: options => options.RuntimeDirectory = Path.Combine(small, "run"));
            await (await engine.LaunchAsync(engine.Request("true"))).WaitForExitAsync();
            if (isFullBefore)
            {
                Fill(small);
                await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Request("sleep", "50")));
            }
            else
            {
                ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", "relay"));
                Fill(small);
                KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(0.2));
                Assert.Equal(EndProof.CgroupAndReaperEmpty, report.Proof);
                Assert.DoesNotContain(report.Cleanup, line => line.Outcome != "Clean");
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(small, "run", "r")));
            Assert.Empty(ProcessEntry.StandingIn(Room.Path));
        }
        finally
        {
            await RunAsync("umount", "-l", small);
        }
    }

    private static void Fill(string directory)
    {
        using FileStream file = File.Create(Path.Combine(directory, "fill"));
        byte[] page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: that is what was wanted.
            return;
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
