using System.Text.Json;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Redaction;

/// <summary>Secrets that a program or a caller lets slip are in nothing that we keep or say.</summary>
[Trait("Scenario", "S66")]
public sealed class SecretTests : EndToEndTest
{
    private const string Canary = "Zq7canary";

    // What systemd-notify does, without it.
    private const string Notify =
        "use Socket; socket(my $s, PF_UNIX, SOCK_DGRAM, 0); send($s, qq(READY=1\\nSTATUS=token=Zq7canary loaded), 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET})); sleep 60";

    [Fact(Timeout = Limit)]
    public async Task Secret_WithBlanksOnARealCommandLine_IsInNoListing()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("perl", "-e", "$| = 1; print qq(up\\n); sleep 60", "--", "--password", "a b Zq7canary"));

        ProcessSnapshot seen = Assert.Single(await engine.Registry.InspectAsync(process.RunId), one => one.BelongsBecause == "root");
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.EndsWith(" -- --password ***", seen.CommandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(report), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Secret_InAStatus_IsNotInTheRow()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("perl", "-e", Notify));

        await Wait.UntilAsync("the status is in the row", () => engine.RowAsync(process.RunId).GetAwaiter().GetResult().Status is not null);
        Assert.Equal("token=*** loaded", (await engine.RowAsync(process.RunId)).Status);
        await process.MarkReadyAsync(new string('x', 490) + " password=" + Canary);

        Assert.DoesNotContain("Zq7", (await engine.RowAsync(process.RunId)).Status, StringComparison.Ordinal);
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }

    [Fact(Timeout = Limit)]
    public async Task Secret_InTheReasonOfAKill_IsInNoReportNoAuditAndNoLog()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Request("sleep", "60"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency($"leaks: --password '{Canary} x'"));

        Assert.Equal("leaks: --password '***'", report.Reason);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(await engine.AuditAsync(process.RunId)), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Logs.Entries, entry => entry.ToString()!.Contains(Canary, StringComparison.Ordinal));
        Assert.Contains(await engine.AuditAsync(process.RunId), entry => entry.Reason is not null);
    }
}
