using System.Runtime.InteropServices;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>Kernels and sandboxes that refuse what we would like to have, and hosts that were started oddly.</summary>
public sealed class KernelEnvironmentTests : EnvironmentTest
{
    private const string OwnPidNamespace = "--mount --pid --fork --kill-child --mount-proc";

    private static string MemoryFile => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "279" : "319";

    [Theory(Timeout = Limit)]
    [InlineData(38)]
    [InlineData(1)]
    [Trait("Scenario", "S31")]
    public async Task Kernel_WithoutPidfds_HoldsAsFirmly(int errno)
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Through = $"perl \"$PROGRAMS/refuses.pl\" {errno} 424,434" });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("pidfd", "absent");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S23")]
    public Task Kernel_WithoutPidfds_StillEndsTheTreeOfAHostThatDies() =>
        KillHostAsync(new Surroundings { Through = "perl \"$PROGRAMS/refuses.pl\" 38 424,434" });

    [Theory(Timeout = Limit)]
    [InlineData("reaper", ContainmentStrength.BestEffort, EndProof.None)]
    [InlineData("", ContainmentStrength.CgroupOnly, EndProof.CgroupEmpty)]
    [Trait("Scenario", "S31")]
    public async Task Kernel_WithoutPidfds_StillEndsATreeThatLostItsShim(string option, ContainmentStrength strength, EndProof proof)
    {
        Surroundings surroundings = new() { Through = "perl \"$PROGRAMS/refuses.pl\" 38 424,434", HostOptions = option };

        TrialOutcome outcome = await TryAsync(surroundings, () => Signals.Send("KILL", Shim()));

        Assert.Equal((strength, proof), (outcome.Report.Strength, outcome.Report.Proof));
        Assert.Empty(outcome.Report.Survivors);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Kernel_WithoutPidfds_StillWakesAShimThatWasStopped()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Through = "perl \"$PROGRAMS/refuses.pl\" 38 424,434" }, () => Signals.Send("STOP", Shim()));

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Kernel_WithoutMemoryFiles_StartsTheShimFromANamelessFile()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Through = $"perl \"$PROGRAMS/refuses.pl\" 13 {MemoryFile}" });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("shim", "in-file");
        Assert.Contains($"below {Room.RuntimeDirectory}/r and", outcome.Doctor.Findings.Single(finding => finding.Name == "shim").Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Kernel_ThatForbidsToExecuteMemoryFiles_StartsTheShimFromANamelessFile()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Namespaces = OwnPidNamespace,
            Inside = "echo 2 > /proc/sys/vm/memfd_noexec",
            TakesOver = false,
        });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("shim", "in-file");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task RuntimeDirectory_ThatIsMountedNoexec_IsFollowedByTheNextPlace()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Inside = "mkdir -m 755 \"$ROOM/run\"; mount -t tmpfs -o noexec,mode=755 none \"$ROOM/run\"",
            Through = $"perl \"$PROGRAMS/refuses.pl\" 13 {MemoryFile}",
        });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("shim", "in-file");
        Assert.DoesNotContain($"below {Room.RuntimeDirectory}", outcome.Doctor.Findings.Single(finding => finding.Name == "shim").Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles("/dev/shm", ".wfl-*"));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Machine_ThatAllowsNoExecutionAnywhere_RefusesToLaunchAndSaysWhatToChange()
    {
        Assert.SkipWhen(Surroundings.CoversTheTests, "The tests lie below a directory in which nothing can be executed here.");
        (EnvironmentReport doctor, string error) = await TryRefusedAsync(new Surroundings
        {
            Inside = "for d in /tmp /var/tmp /dev/shm; do mount --bind $d $d; mount -o remount,bind,noexec $d; done",
            Through = $"env -u TMPDIR perl \"$PROGRAMS/refuses.pl\" 13 {MemoryFile}",
        });

        TrialOutcome.Advises(doctor, "shim", "refused");
        Assert.Equal(ContainmentStrength.BestEffort, doctor.Strength);
        Assert.StartsWith("LaunchFailedException", error, StringComparison.Ordinal);
        Assert.Contains("sysctl vm.memfd_noexec=1", error, StringComparison.Ordinal);
        Assert.Contains("WORKFLOW_LIFECYCLE_RUNTIME_DIR", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task RuntimeDirectory_ThatOthersMayWriteIn_RefusesToLaunchAndSaysWhatToChange()
    {
        (EnvironmentReport doctor, string error) = await TryRefusedAsync(new Surroundings { Inside = "mkdir \"$ROOM/run\"; chmod 777 \"$ROOM/run\"" });

        TrialOutcome.Advises(doctor, "runtime-directory", "refused");
        Assert.Contains("belongs to another user, or others may write in it", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Host_ThatIsTheFirstProcessOfItsNamespace_HoldsAsFirmlyAndKeepsNothing()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Namespaces = OwnPidNamespace });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("host", "pid-1", toolToo: false);
        Assert.StartsWith("KeepNotAvailableException This host is PID 1", outcome.Keep, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Host_ThatIgnoresTheEndOfChildren_HoldsAsFirmly()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Through = "perl \"$PROGRAMS/ignores-child-signal.pl\"" });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("child-signal", "ignored");
    }

    [Fact(Timeout = Limit)]
    public async Task Root_WithoutAShell_HoldsAsFirmly()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Inside = """
                ROOT="$ROOM/root"; mkdir "$ROOT"; mount -t tmpfs none "$ROOT"; cd "$ROOT"
                mkdir -p proc dev sys tmp etc usr/bin usr/share "$ROOT$ROOM" "$ROOT$APP"
                for d in usr/lib usr/lib64 usr/share/dotnet; do mkdir -p $d; if [ -d /$d ]; then mount --bind /$d $d; fi; done
                ln -s usr/lib lib; ln -s usr/lib64 lib64
                touch usr/bin/perl; mount --bind /usr/bin/perl usr/bin/perl; cp /etc/passwd /etc/machine-id etc/ 2> etc/problems || :
                mount --rbind /proc proc; mount --rbind /dev dev; mount --rbind /sys sys
                mount --bind "$ROOM" "$ROOT$ROOM"; mount --bind "$APP" "$ROOT$APP"
                """,
            Through = "chroot \"$ROOM/root\"",
        });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("shell", "absent");
    }

    private int Shim() => ProcessEntry.StandingIn(Room.Path).Single(process => process.Name == "wl-shim").Pid;
}
