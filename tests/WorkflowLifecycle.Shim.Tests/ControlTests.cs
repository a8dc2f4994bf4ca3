using System.ComponentModel;

namespace WorkflowLifecycle.Shim.Tests;

public sealed class ControlTests
{
    private const int EPERM = 1, EBUSY = 16, ENOSYS = 38, EBADMSG = 74, EALREADY = 114;

    [Fact(Timeout = 30_000)]
    public async Task Request_UnknownType_IsAnErrorAndTheConversationGoesOn()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        uint seq = shim.Host.Post((MessageType)999, [1, 2, 3]);
        Message answer = await shim.Host.EventAsync(MessageType.Error);
        Assert.Equal((seq, ENOSYS, 999u), (answer.Seq, answer.I32(0), answer.U32(4)));
        Assert.True(shim.Host.TrySendRaw([1, 2, 3]));
        Assert.Equal(EBADMSG, (await shim.Host.EventAsync(MessageType.Error)).I32(0));
        Assert.Equal(1u, (await shim.Host.StatusAsync()).Phase);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Request_ShorterOrLongerPayload_IsReadAsFarAsKnown()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Assert.Equal(MessageType.StatusReply, (await shim.Host.RequestAsync(MessageType.Status, new byte[3_000])).Type);
        // Without its scope, SIGNAL means the root program.
        Message signalled = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(18));
        Assert.Equal((MessageType.Signalled, 1u), (signalled.Type, signalled.U32(0)));
        Message surplus = await shim.Host.RequestAsync(MessageType.Signal, Message.Numbers(18, 0, 99, 98, 97));
        Assert.Equal((MessageType.Signalled, 1u), (surplus.Type, surplus.U32(0)));
        // Without a kill id, END still ends.
        Assert.Equal(MessageType.Done, (await shim.Host.RequestAsync(MessageType.End)).Type);
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
        Assert.Contains("end kill_id=00000000000000000000000000000000", shim.File("journal"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Status_WhileItRuns_TellsWhatTheProtocolSays()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        using ControlClient other = shim.Connect();
        Message status = await other.RequestAsync(MessageType.Status);
        Assert.Equal(130, status.Payload.Length);
        ShimStatus read = ShimStatus.From(status);
        Assert.Equal((1u, shim.Pid, 1u), (read.Phase, read.ShimPid, read.Protocol));
        // The shell says "ready" a moment before it becomes the sleeper.
        await ShimUnderTest.WaitForAsync(() => File.ReadAllText($"/proc/{read.RootPid}/cmdline") == "sleep\0" + "60\0", "the root program to be the sleeper", 20_000, () => shim.Output);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Go_FromAClientOrTwice_IsRefused()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        using ControlClient other = shim.Connect();
        Assert.Equal(EPERM, (await other.RequestAsync(MessageType.Go)).I32(0));
        Assert.Equal(EALREADY, (await shim.GoAsync()).I32(0));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Release_TreeLives_IsRefused()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        Assert.Equal(EBUSY, (await shim.Host.RequestAsync(MessageType.Release)).I32(0));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_AnotherClientEnds_SeesExitAndEmpty()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        using ControlClient watcher = shim.Connect();
        using ControlClient other = shim.Connect();
        Assert.Equal(MessageType.StatusReply, (await watcher.RequestAsync(MessageType.Watch)).Type);
        await other.RequestAsync(MessageType.End, new byte[16]);
        Message exit = await watcher.EventAsync(MessageType.Exit);
        Assert.Equal((2u, 9), (exit.U32(0), exit.I32(4)));
        await watcher.EventAsync(MessageType.Empty);
        Assert.True(other.IsSilentFor(50));
        Assert.Equal(MessageType.Done, (await other.RequestAsync(MessageType.Release)).Type);
        await shim.LeftAsync();
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S55")]
    public async Task Client_OfAnotherUser_IsDisconnectedWithoutAWord()
    {
        Assert.SkipWhen(Native.EffectiveUserId() != 0, "Needs root to become another user.");
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        string socket = Path.Combine(shim.RunDirectory, "ctl");
        Assert.Equal("refused", (await RunAsync(TestPrograms.Perl("foreign-client", socket, "65534"))).Split(':')[0]);
        // Even where somebody opened the way to the socket, the peer's credentials decide.
        Native.ChangeMode(shim.RunDirectory, 0x1ff);
        Native.ChangeMode(socket, 0x1ff);
        Assert.Equal("disconnected\n", await RunAsync(TestPrograms.Perl("foreign-client", socket, "65534")));
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Client_TheThirtyThird_IsRefusedAndTheOthersStay()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        List<ControlClient> clients = [];
        for (int i = 0; i < 32; i++)
        {
            clients.Add(shim.Connect());
            await clients[i].StatusAsync();
        }

        using (ControlClient refused = shim.Connect()) await refused.UntilClosedAsync();
        foreach (ControlClient client in clients) await client.StatusAsync();
        clients[7].Dispose();
        await shim.Host.StatusAsync();
        using (ControlClient next = shim.Connect()) await next.StatusAsync();
        await shim.EndAsync();
        foreach (ControlClient client in clients) client.Dispose();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Client_DoesNotReadItsAnswers_IsDroppedAndNobodyWaits()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        using ControlClient deaf = shim.Connect();
        byte[] status = Message.Compose(MessageType.Status, 1, []);
        // A full queue may mean that the shim is busy just now; refused for half a second, the conversation is over.
        for (int refused = 0; refused < 50; refused++)
        {
            while (deaf.TrySendRaw(status)) refused = 0;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        bool dropped = await IsClosedAsync(deaf);
        Assert.True(dropped);
        Assert.Equal(1u, (await shim.Host.StatusAsync()).Phase);
        await shim.EndAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Host_DoesNotReadForAWhile_MissesNeitherExitNorEmpty()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("sleeper", cgroup: false));
        byte[] status = Message.Compose(MessageType.Status, 77, []);
        while (shim.Host.TrySendRaw(status))
        {
        }

        using (ControlClient other = shim.Connect()) await other.RequestAsync(MessageType.End, new byte[16]);
        await shim.Host.EventAsync(MessageType.Exit);
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S73")]
    public async Task End_TreeFloodsEverySocketAndItsOutput_IsStillPrompt()
    {
        Specification flood = Trees.Specification(["/bin/true"], cgroup: true) with { Flags = LaunchFlags.HostPidfd | LaunchFlags.Cgroup | LaunchFlags.OutputFiles, OutputCap = 1 << 20 };
        string directory = Directory.CreateTempSubdirectory("shim-test-").FullName;
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(
            flood with { Argv = TestPrograms.Perl("flood", directory) }, new ShimOptions { RunDirectory = directory });
        await Task.Delay(1_500, TestContext.Current.CancellationToken);

        EmptyEvent empty = await shim.EndAsync();

        Assert.Equal(3u, empty.Proof);
        await shim.ReleaseAsync();
        Assert.InRange(new FileInfo(Path.Combine(directory, "stdout.log")).Length, 1, 1 << 20);
        Assert.InRange(new FileInfo(Path.Combine(directory, "journal")).Length, 1, 1 << 20);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S20")]
    public async Task Shim_IsKilled_ItsSocketRefusesAndTheTreeIsFoundInItsCgroup()
    {
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification("daemons", cgroup: true));
        Native.Kill(shim.Pid, Native.SIGKILL);
        await ShimUnderTest.WaitForAsync(shim.TryReap, "the shim to die");

        Assert.Throws<Win32Exception>(() => shim.Connect());
        await shim.Host.UntilClosedAsync();
        Assert.False(shim.Has("empty"));
        Assert.Equal(31, (await File.ReadAllLinesAsync(Path.Combine(shim.Cgroup.Run, "cgroup.procs"), TestContext.Current.CancellationToken)).Length);
        shim.Cgroup.Kill();
        await shim.NobodyIsLeftAsync();
    }

    private static Task<bool> IsClosedAsync(ControlClient client) => Task.Run(() =>
    {
        try
        {
            while (client.Next(20) is not null)
            {
            }

            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    });

    private static async Task<string> RunAsync(string[] argv)
    {
        (int read, int write) = Native.Pipe();
        int output = Native.MoveUp(write);
        int pid = Spawner.Spawn(argv[0], argv, ["PATH=/usr/bin:/bin"], [(output, 1)], 0);
        Native.Close(output);
        byte[] buffer = new byte[4096];
        int length = await Task.Run(() => Native.Read(read, buffer));
        Native.WaitPid(pid, out _, 0);
        Native.Close(read);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }
}
