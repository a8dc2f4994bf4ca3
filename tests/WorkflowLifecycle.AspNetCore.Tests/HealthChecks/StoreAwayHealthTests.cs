using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>What a web host says of its health while its store is away, what it did meanwhile, and what it could not confirm.</summary>
public sealed class StoreAwayHealthTests
{
    private const int Limit = 60_000;

    private static readonly RunId _id = RunId.Parse("stuck:1");

    private static Task<WebRoom> StartAsync() => WebRoom.StartAsync(static (services, directory) =>
    {
        WebRoom.AddEngine(services, directory);
        services.AddHealthChecks().AddWorkflowLifecycle();
    });

    private static JsonElement[] Findings(JsonElement entry) => [.. entry.GetProperty("data").GetProperty("findings").EnumerateArray()];

    [Fact(Timeout = Limit)]
    public async Task Health_OfAHealthyHost_TellsWhatWasLookedAt()
    {
        await using WebRoom room = await StartAsync();

        JsonElement data = (await room.ReadAsync()).GetProperty("data");

        Assert.True(data.GetProperty("store").GetProperty("isAvailable").GetBoolean());
        Assert.InRange(data.GetProperty("store").GetProperty("latencyMs").GetDouble(), 0, 60_000);
        Assert.Equal(room.StoreFile, data.GetProperty("store").GetProperty("location").GetString());
        Assert.Equal(0, data.GetProperty("spool").GetProperty("entries").GetInt32());
        Assert.Equal((0, 0), (data.GetProperty("debts").GetProperty("open").GetInt32(), data.GetProperty("debts").GetProperty("overdue").GetInt32()));
        Assert.NotEmpty(data.GetProperty("strength").GetProperty("why").GetString()!);
        Assert.Empty(data.GetProperty("unconfirmedKills").EnumerateArray());
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S35")]
    public async Task Health_AfterAnEmergencyWithADamagedStore_NamesBoth()
    {
        await using WebRoom room = await StartAsync();
        await using ITrackedProcess process = await room.Services.GetRequiredService<ITrackedProcessLauncher>()
            .LaunchAsync(new LaunchRequest("sleep", "300") { RunId = _id }, TestContext.Current.CancellationToken);
        foreach (string file in Directory.GetFiles(room.Directory, "runs.db*"))
        {
            await using FileStream spoilt = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await spoilt.WriteAsync(Enumerable.Repeat((byte)0x5A, (int)spoilt.Length).ToArray(), TestContext.Current.CancellationToken);
        }

        KillReport report = await room.Services.GetRequiredService<IKillCoordinator>().KillAsync(
            _id, new KillRequest("stuck since noon", WorkflowPrincipal.LocalUser()) { Mode = KillMode.Emergency }, TestContext.Current.CancellationToken);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await room.AskAsync()).Code);
        JsonElement entry = await room.ReadAsync();
        Assert.Equal([HealthFindings.StoreUnavailable, HealthFindings.SpoolPending], Findings(entry).Select(finding => finding.GetProperty("kind").GetString()!));
        Assert.Equal(2, entry.GetProperty("data").GetProperty("spool").GetProperty("entries").GetInt32());
        Assert.False(entry.GetProperty("data").GetProperty("store").GetProperty("isAvailable").GetBoolean());
        Assert.NotEmpty(entry.GetProperty("data").GetProperty("store").GetProperty("problem").GetString()!);
    }

    [Fact(Timeout = Limit)]
    public async Task Health_WhileTheSpoolWaitsForAnotherStore_IsDegraded()
    {
        await using WebRoom room = await StartAsync();
        EmergencySpool spool = new(Path.Combine(room.Directory, "run"));
        DateTimeOffset written = TimeProvider.System.GetUtcNow();
        spool.Append("{}"u8, written);

        Assert.Equal((HttpStatusCode.OK, "Degraded"), await room.AskAsync());

        JsonElement finding = Assert.Single(Findings(await room.ReadAsync()));
        Assert.Equal(HealthFindings.SpoolPending, finding.GetProperty("kind").GetString());
        Assert.Equal(written.ToUnixTimeMilliseconds(), finding.GetProperty("since").GetDateTimeOffset().ToUnixTimeMilliseconds());
        spool.Settle(spool.Read().Entries);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await room.AskAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Health_WhileTheEndOfAKillIsNotConfirmed_IsUnhealthyAndNamesTheRun()
    {
        await using WebRoom room = await StartAsync();
        IProcessStore store = room.Services.GetRequiredService<IProcessStore>();
        ProcessIdentity here = room.Services.GetRequiredService<IContainmentPlatform>().Self;
        KillId killId = KillId.New(TimeProvider.System);
        DateTimeOffset asked = TimeProvider.System.GetUtcNow();
        RunRecord run = new()
        {
            RunId = _id,
            InternalId = Guid.NewGuid().ToString("N"),
            State = RunState.KillUnconfirmed,
            LaunchedBy = "host:elsewhere",
            Program = "/bin/sleep",
            WorkingDirectory = "/",
            Host = here,
            CreatedAt = asked,
            KillId = killId,
        };
        KillRecord kill = new() { KillId = killId, RunId = _id, State = KillState.Unconfirmed, Mode = KillMode.Emergency, Reason = "stuck since noon", RequestedBy = "os:0", Door = "cli", RequestedAt = asked };
        await store.CommitAsync(new StoreCommit { AddRun = run }, CommitDurability.Machine, TestContext.Current.CancellationToken);
        await store.CommitAsync(new StoreCommit { AddKill = kill }, CommitDurability.Machine, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), await room.AskAsync());

        JsonElement entry = await room.ReadAsync();
        JsonElement finding = Assert.Single(Findings(entry));
        Assert.Equal((HealthFindings.KillUnconfirmed, _id.Value), (finding.GetProperty("kind").GetString(), finding.GetProperty("runId").GetString()));
        JsonElement told = Assert.Single(entry.GetProperty("data").GetProperty("unconfirmedKills").EnumerateArray());
        Assert.Equal(killId.ToString(), told.GetProperty("killId").GetString());
        Assert.Equal(asked.ToUnixTimeMilliseconds(), told.GetProperty("since").GetDateTimeOffset().ToUnixTimeMilliseconds());
    }
}
