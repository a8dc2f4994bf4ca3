using System.Text.Json;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>A real container engine (Podman with runc: its seccomp filter, capabilities, mounts and namespaces) around a host that is the container's first process.</summary>
public sealed class ContainerTests : EndToEndTest
{
    private const string Podman = "/usr/bin/podman";
    private const string Runtime = "/usr/sbin/runc";

    // A machine that may not raise its limits cannot be asked for the engine's defaults.
    private static readonly string[] _limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"];

    private readonly string _cgroup = "wfl-container-" + Guid.NewGuid().ToString("N");

    [Theory(Timeout = Limit)]
    [InlineData("root")]
    [InlineData("ordinary", "--user", "65534:65534", "--cap-drop", "all", "--security-opt", "no-new-privileges")]
    [Trait("Scenario", "S31")]
    public async Task PlainContainer_HoldsByReaper_AndEndsItsRuns(string user, params string[] options)
    {
        Assert.SkipUnless(Environment.UserName == "root", "The engine is started as root.");
        Assert.SkipUnless(File.Exists(Podman) && File.Exists(Runtime), "Podman and runc are not installed.");
        Assert.SkipUnless(await Surroundings.IsReachableByNobodyAsync(StartHelper), "The user nobody cannot reach the build output.");
        Assert.Equal(0, await StartHelper("chown", "65534:65534", Room.Path).WaitForExitAsync());
        try
        {
            HelperProcess container = StartHelper(Podman, [.. Engine(), .. options, .. Host()]);
            EnvironmentReport doctor = JsonSerializer.Deserialize<EnvironmentReport>(await container.ReadAsync("doctor"))!;
            string keep = await container.ReadAsync("keep");
            string minimum = await container.ReadAsync("minimum");
            string strength = await container.ReadAsync("ready");
            await container.SayAsync("go");
            KillReport report = JsonSerializer.Deserialize<KillReport>(await container.ReadAsync("report"))!;
            TrialOutcome outcome = new(doctor, doctor, keep, minimum, strength, report, await container.ReadAsync("ended"));

            outcome.Holds(ContainmentStrength.Reaper);
            outcome.Finds("user", user);
            outcome.Finds("shim", "in-memory");
            outcome.Finds("pidfd", "present");
            Assert.StartsWith("KeepNotAvailableException This host is PID 1 of its PID namespace", keep, StringComparison.Ordinal);
            Assert.Equal(4, report.ProcessesBefore.Count);
            Assert.Equal(0, await container.WaitForExitAsync());
        }
        finally
        {
            await RemoveCgroupsAsync();
        }
    }

    private string[] Engine() =>
    [
        "--root", Room.File("engine"), "--runroot", Room.File("engine-run"), "--tmpdir", Room.File("engine-tmp"), "--runtime", Runtime, "--cgroup-manager", "cgroupfs",
        "run", "--interactive", "--rm", "--network", "none", "--cgroup-parent", "/" + _cgroup, .. _limits,
        "--volume", $"{Room.Path}:{Room.Path}", "--env", "WORKFLOW_LIFECYCLE_RUNTIME_DIR=" + Room.RuntimeDirectory,
    ];

    // The machine's own files under an overlay, so that no image has to be fetched.
    private string[] Host() =>
    [
        "--rootfs", "/:O", HelperProcess.HostProgram, "trial", Room.Path, "container:1", "emergency", "capture", "--",
        "perl", Path.Combine(AppContext.BaseDirectory, "programs", "stubborn.pl"), "3", _cgroup,
    ];

    // The engine leaves its parent behind, in every hierarchy there is, and its monitor is in them a moment longer than the container.
    private Task RemoveCgroupsAsync() => Wait.UntilAsync("the engine's cgroups are gone", async () =>
        await StartHelper("sh", "-c", $"find /sys/fs/cgroup -depth -type d -path '*/{_cgroup}*' -exec rmdir {{}} + 2> /dev/null").WaitForExitAsync() == 0);
}
