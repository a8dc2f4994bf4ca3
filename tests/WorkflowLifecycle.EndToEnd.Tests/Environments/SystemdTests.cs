using System.Text.Json;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>A real systemd, PID 1 of namespaces of its own, with a unit in which the host runs as an ordinary user.</summary>
public sealed class SystemdTests : EndToEndTest
{
    private const string Systemd = "/lib/systemd/systemd";

    // Every directory that systemd's helpers clean or write is covered before it starts: the machine's own /tmp must never be seen by it.
    private const string Machine = """
        echo $$ > "$CG/cgroup.procs"
        exec unshare --mount --cgroup --pid --uts --fork --kill-child --mount-proc --propagation private sh -euc '
            cd /
            umount -l /sys/fs/cgroup
            mount -t cgroup2 none /sys/fs/cgroup
            mount -t tmpfs -o mode=755 none /run
            mkdir /run/room
            mount --bind "$ROOM" /run/room
            for covered in /tmp /var/tmp /var/log /etc/systemd; do mount -t tmpfs none "$covered"; done
            mount --bind /proc/sys /proc/sys
            mount -o remount,bind,ro /proc/sys
            mkdir -p /run/systemd/system
            cp /run/room/host.service /run/systemd/system/
            exec env container=other "$SYSTEMD" --system --unit=host.service --log-target=null
        '
        """;

    private TestCgroup? _cgroup;

    [Fact(Timeout = Limit)]
    public async Task Unit_ThatDelegates_HoldsByCgroupAndReaperForAnOrdinaryUser()
    {
        await using TestCgroup cgroup = Require();
        HelperProcess machine = await StartAsync("process", "trial", "emergency", "capture");

        string ended = await ReadAsync("ended");

        EnvironmentReport doctor = JsonSerializer.Deserialize<EnvironmentReport>(await ReadAsync("doctor"))!;
        TrialOutcome outcome = new(
            doctor, doctor, await ReadAsync("keep"), await ReadAsync("minimum"), await ReadAsync("ready"), JsonSerializer.Deserialize<KillReport>(await ReadAsync("report"))!, ended);
        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("cgroup", "usable");
        outcome.Finds("user", "ordinary");
        Assert.Contains("/system.slice/host.service", doctor.Why, StringComparison.Ordinal);
        Assert.Equal("allowed", outcome.Keep);
        await machine.KillAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S24")]
    public async Task KeptRun_OfAUnitThatEndsTheHostAlone_LivesWhenItEnds()
    {
        await using TestCgroup cgroup = Require();
        HelperProcess machine = await StartAsync("process", "launch", "keep");
        await ReadAsync("launched");

        // The host leaves as soon as its empty input ends, and its unit stops.
        await Wait.UntilAsync("the host is gone", () => !Members().Any(process => process.CommandLine.StartsWith(HelperProcess.HostProgram, StringComparison.Ordinal)));
        bool died = await Wait.TryUntilAsync(() => !Members().Any(process => process.Name is "perl" or "wl-shim"), TimeSpan.FromSeconds(3));

        Assert.False(died);
        Assert.Equal(5, Members().Count(process => process.Name is "perl" or "wl-shim"));
        await machine.KillAsync();

        // Whoever could have cleaned the run is gone with its PID namespace.
        Directory.Delete(Room.RuntimeDirectory, recursive: true);
    }

    [Theory(Timeout = Limit)]
    [InlineData("control-group")]
    [InlineData("mixed")]
    [Trait("Scenario", "S24")]
    public async Task KeptRun_OfAUnitThatEndsAllOfIt_IsRefused(string killMode)
    {
        await using TestCgroup cgroup = Require();
        HelperProcess machine = await StartAsync(killMode, "launch", "keep");

        string error = await ReadAsync("error");

        Assert.StartsWith($"KeepNotAvailableException systemd ends everything in the unit host.service when this host ends (KillMode={killMode})", error, StringComparison.Ordinal);
        Assert.Contains("KillMode=process", error, StringComparison.Ordinal);
        await machine.KillAsync();
    }

    private TestCgroup Require()
    {
        Assert.SkipUnless(TestCgroup.CanBeMade, "Starting systemd in namespaces of its own takes root and cgroup v2.");
        Assert.SkipUnless(File.Exists(Systemd), "systemd is not installed.");
        Assert.SkipWhen(Surroundings.CoversTheTests, "The tests lie below a directory that this machine covers.");
        return _cgroup = new TestCgroup();
    }

    private async Task<HelperProcess> StartAsync(string killMode, string verb, params string[] options)
    {
        Assert.SkipUnless(await Surroundings.IsReachableByNobodyAsync(StartHelper), "The user nobody cannot reach the build output.");
        string unit = $"""
            [Unit]
            DefaultDependencies=no
            [Service]
            User=nobody
            Delegate=yes
            KillMode={killMode}
            TimeoutStopSec=1
            WorkingDirectory=/run/room
            Environment=WORKFLOW_LIFECYCLE_RUNTIME_DIR=/run/room/run
            StandardOutput=file:/run/room/host.out
            ExecStart={HelperProcess.HostProgram} {verb} /run/room systemd:1 {string.Join(' ', options)} -- perl {AppContext.BaseDirectory}programs/stubborn.pl 3
            """;
        await File.WriteAllTextAsync(Room.File("host.service"), unit + "\n");
        Assert.Equal(0, await StartHelper("chown", "65534:65534", Room.Path).WaitForExitAsync());
        return StartHelper("env", "ROOM=" + Room.Path, "CG=" + _cgroup!.Path, "SYSTEMD=" + Systemd, "sh", "-euc", Machine);
    }

    private async Task<string> ReadAsync(string start)
    {
        string? found = null;
        await Wait.UntilAsync($"the host says '{start}'", () =>
        {
            string text = File.Exists(Room.File("host.out")) ? File.ReadAllText(Room.File("host.out")) : string.Empty;
            found = text.Split('\n').SkipLast(1).FirstOrDefault(line => line.StartsWith(start + " ", StringComparison.Ordinal));
            return found is not null;
        });
        return found![(start.Length + 1)..];
    }

    private IReadOnlyList<ProcessEntry> Members() =>
        [.. Directory.GetFiles(_cgroup!.Path, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .Select(line => ProcessEntry.Read(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))).OfType<ProcessEntry>()];
}
