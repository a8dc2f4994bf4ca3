using System.Security.Claims;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Adoption;

/// <summary>Who may not be adopted, by whom.</summary>
public sealed class AdoptRefusalTests : AdoptionTest
{
    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S72")]
    public async Task Adopt_Init_OurselvesAndThoseAbove_AreRefusedBeforeAnyRow()
    {
        Engine engine = Start();
        int above = ProcessEntry.Read(Environment.ProcessId)!.ParentPid;
        Assert.Contains("PID 1", await RefusedAsync(engine, 1, AdoptFailure.Protected), StringComparison.Ordinal);
        Assert.Contains("the one that asks", await RefusedAsync(engine, Environment.ProcessId, AdoptFailure.Protected), StringComparison.Ordinal);
        Assert.Contains("above the one that asks", await RefusedAsync(engine, above, AdoptFailure.Protected), StringComparison.Ordinal);
        if (ProcessEntry.Read(2)?.Name == "kthreadd")
        {
            Assert.Contains("thread of the kernel", await RefusedAsync(engine, 2, AdoptFailure.Protected), StringComparison.Ordinal);
        }

        Assert.Empty(await engine.AllRowsAsync());
        Assert.Contains(await engine.Store.ReadAuditAsync(new AuditQuery()), entry => entry.Stage == "Denied" && entry.Details["adopt"].StartsWith("1@", StringComparison.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Adopt_AChildOfARun_OrWhatHoldsOne_IsRefused(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess run = await engine.LaunchReadyAsync(engine.Shell("sleep 300 & echo ready; wait"));
        int child = ProcessEntry.All().Single(entry => entry.ParentPid == run.Identity.Pid).Pid;
        int shim = ProcessEntry.Read(run.Identity.Pid)!.ParentPid;

        foreach (int pid in new[] { child, run.Identity.Pid, shim })
        {
            Assert.Contains(run.RunId.Value, await RefusedAsync(engine, pid, AdoptFailure.AlreadyTracked), StringComparison.Ordinal);
        }

        Assert.Equal(run.RunId, (await PreviewAsync(engine, child)).TrackedBy);
        Assert.Equal(run.RunId, Assert.Single(await engine.AllRowsAsync()).RunId);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_ATreeBelowWhichARunIs_IsRefused()
    {
        HelperProcess host = StartHost("launch", "below:1", "--", "/bin/sleep", "300");
        await host.ReadAsync("launched");
        Engine engine = Start();

        Assert.Contains("below:1", await RefusedAsync(engine, host.Pid, AdoptFailure.AlreadyTracked), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Adopt_Twice_IsRefused(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        int root = await StartTreeAsync("sleep 300 & echo ready; wait");
        int child = ProcessEntry.All().Single(entry => entry.ParentPid == root).Pid;
        await using ITrackedProcess run = await AdoptAsync(engine, root);

        Assert.Contains(run.RunId.Value, await RefusedAsync(engine, root, AdoptFailure.AlreadyTracked), StringComparison.Ordinal);
        Assert.Contains(run.RunId.Value, await RefusedAsync(engine, child, AdoptFailure.AlreadyTracked), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_WhatIsGone_OfAnotherBoot_OrHasAnotherStart_IsNotThere()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("echo ready; exec sleep 300");
        AdoptCandidate candidate = await PreviewAsync(engine, root);

        Assert.Contains("another one now", await NotThereAsync(engine, candidate.Token with { StartTicks = candidate.Token.StartTicks - 1 }), StringComparison.Ordinal);
        Assert.Contains("another one now", await NotThereAsync(engine, candidate.Token with { Handle = "00" }), StringComparison.Ordinal);
        Assert.Contains("another boot", await NotThereAsync(engine, candidate.Token with { Boot = "00000000" }), StringComparison.Ordinal);
        Signals.Send("KILL", root);
        await Wait.UntilAsync("it is collected", () => !ProcessEntry.Exists(root));
        Assert.Contains("has exited", await NotThereAsync(engine, candidate.Token), StringComparison.Ordinal);
        AdoptFailedException late = await Assert.ThrowsAsync<AdoptFailedException>(() => engine.Launcher.AdoptAsync(candidate.Root, Request()));
        Assert.Equal(AdoptFailure.NotThere, late.Failure);
        Assert.Empty(await engine.AllRowsAsync());
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S59")]
    public async Task Adopt_WithoutAReasonOrBySomebodyBehindADoor_IsRefused()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("echo ready; exec sleep 300");
        ProcessIdentity identity = (await PreviewAsync(engine, root)).Root;

        await Assert.ThrowsAsync<ArgumentException>(() => engine.Launcher.AdoptAsync(identity, Request() with { Reason = " " }));
        ClaimsPrincipal stranger = new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "os:0")], "door"));
        AdoptFailedException refusal = await Assert.ThrowsAsync<AdoptFailedException>(() => engine.Launcher.AdoptAsync(identity, Request() with { RequestedBy = stranger }));

        Assert.Equal(AdoptFailure.NotPermitted, refusal.Failure);
        Assert.Empty(await engine.AllRowsAsync());
        Signals.Send("KILL", root);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S02")]
    public async Task Adopt_TokenWhosePidWasTakenByAStranger_AdoptsNobody()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may give PIDs away.");
        const string script = """
            sleep 61.25 & victim=$!
            token=$("$1" find "$2" reused:0 text=61.25 < /dev/null | sed -n 's/^found //p')
            kill -s KILL $victim; wait $victim 2> /dev/null
            echo $((victim - 1)) > /proc/sys/kernel/ns_last_pid
            sleep 60 & stranger=$!
            [ "$stranger" = "$victim" ] || { echo "missed: $stranger is not $victim"; exit 1; }
            "$1" adopt "$2" reused:1 "token=$token" < /dev/null
            kill -s 0 "$stranger" && grep -q '^0::/$\|^0::[^w]*$' "/proc/$stranger/cgroup" && echo "stranger untouched"
            """;
        HelperProcess run = StartHelper(
            "unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", script, "sh", HelperProcess.HostProgram, Room.Path);

        Assert.Contains("another one now", await run.ReadAsync("error AdoptFailedException"), StringComparison.Ordinal);
        Assert.Empty(await run.ReadAsync("stranger untouched"));
        await run.WaitForExitAsync();
        Start();
    }

    private static async Task<string> RefusedAsync(Engine engine, int pid, AdoptFailure failure)
    {
        AdoptCandidate candidate = await PreviewAsync(engine, pid);
        AdoptFailedException refusal = await Assert.ThrowsAsync<AdoptFailedException>(() => engine.Launcher.AdoptAsync(candidate.Root, Request()));
        Assert.Equal(failure, refusal.Failure);
        Assert.Equal(candidate.Refusal, refusal.Message);
        return refusal.Message;
    }

    private static async Task<string> NotThereAsync(Engine engine, AdoptToken token)
    {
        AdoptFailedException refusal = await Assert.ThrowsAsync<AdoptFailedException>(() => engine.Launcher.PreviewAdoptionAsync(token));
        Assert.Equal(AdoptFailure.NotThere, refusal.Failure);
        return refusal.Message;
    }
}
