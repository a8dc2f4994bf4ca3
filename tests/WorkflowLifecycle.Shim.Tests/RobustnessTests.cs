namespace WorkflowLifecycle.Shim.Tests;

/// <summary>Random input must neither crash nor hang the shim. A failure names the seed; SHIM_TEST_SEED repeats it.</summary>
public sealed class RobustnessTests(ITestOutputHelper output)
{
    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("SHIM_TEST_SEED"), out int given) ? given : Environment.TickCount;

    [Fact(Timeout = 120_000)]
    public async Task Start_MutatedSpecifications_AreRefusedOrRunNeverCrash()
    {
        output.WriteLine($"seed {_seed}");
        Random random = new(_seed);
        byte[] sound = new Specification { Argv = ["/bin/true", "one", "two"], Environment = ["A=1", "B=2"] }.ToBytes();
        for (int i = 0; i < 150; i++)
        {
            byte[] raw = [.. sound];
            for (int n = random.Next(1, 6); n > 0; n--) raw[random.Next(random.Next(2) == 0 ? 64 : raw.Length)] = (byte)random.Next(256);
            // The flags are left as they are: with others the descriptors would have to be there, which other tests cover.
            Array.Clear(raw, 8, 4);
            if (random.Next(4) == 0) raw = raw[..random.Next(raw.Length + 1)];
            using ShimUnderTest shim = ShimUnderTest.Start(new Specification(), new ShimOptions { RawSpecification = raw });
            Message first = shim.Host.Next() ?? throw new InvalidOperationException($"seed {_seed}, round {i}: died without a word");
            if (first.Type == MessageType.Failed)
            {
                Assert.Equal(Stage.Spec, (Stage)first.U32(0));
                await shim.LeftAsync();
                continue;
            }

            Message answer = await shim.GoAsync();
            if (answer.Type == MessageType.Started)
            {
                await shim.EmptyAsync();
                await shim.ReleaseAsync();
            }
            else await shim.LeftAsync();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Control_RandomMessages_AreAnsweredAndTheRunEndsAsEver()
    {
        output.WriteLine($"seed {_seed}");
        Random random = new(_seed);
        using ShimUnderTest shim = await Trees.LaunchAsync(Trees.Specification(TestPrograms.Sh("trap '' TERM HUP INT USR1 USR2; echo ready; sleep 60"), cgroup: true));
        for (int connection = 0; connection < 60; connection++)
        {
            using ControlClient client = shim.Connect();
            for (int i = 0; i < 50; i++)
            {
                byte[] datagram = new byte[random.Next(random.Next(2) == 0 ? 16 : 5_000) + 1];
                random.NextBytes(datagram);
                // Half of them carry a known type; END is left out, since it would end the test.
                if (datagram.Length > 2 && random.Next(2) == 0) (datagram[0], datagram[1]) = ((byte)new[] { 1, 2, 3, 4, 6, 7, 16, 65, 84 }[random.Next(9)], 0);
                if (datagram is [5, 0, ..]) datagram[0] = 1;
                // A signal that would end the program is made one that does not.
                if (datagram is [2, 0, ..] && datagram.Length > 8) datagram[8] = (byte)(random.Next(2) == 0 ? 15 : 0);
                if (!client.TrySendRaw(datagram)) break;
            }
        }

        Assert.Equal(1u, (await shim.Host.StatusAsync()).Phase);
        Assert.Equal(3u, (await shim.EndAsync()).Proof);
        await shim.ReleaseAsync();
    }
}
