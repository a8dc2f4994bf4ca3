using System.Text.Json;
using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>The shapes that scripts rely on: which fields there are, and of which kind.</summary>
public sealed class JsonTests
{
    [Fact]
    public async Task Ps_PrintsAnArrayOfRuns()
    {
        CommandLine cli = new();
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([Sample.Run()], null));

        Assert.Equal(0, await cli.RunAsync("ps", "--json"));

        JsonElement run = Assert.Single(cli.Json.EnumerateArray());
        Assert.Equal(1, run.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("run_5fbae44ab6f0", run.GetProperty("runId").GetString());
        Assert.Equal("builder", run.GetProperty("workflow").GetString());
        Assert.Equal("Running", run.GetProperty("state").GetString());
        Assert.Equal("CgroupAndReaper", run.GetProperty("strength").GetString());
        Assert.Equal(4321, run.GetProperty("pid").GetInt32());
        Assert.Equal("2026-03-04T05:06:08Z", run.GetProperty("startedAt").GetString());
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task Ps_OverSeveralPages_PrintsThemAll()
    {
        CommandLine cli = new();
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([Sample.Run()], "next"), new RunPage([Sample.Run(RunId.Parse("run_2"))], null));

        Assert.Equal(0, await cli.RunAsync("ps", "--all", "--json"));

        Assert.Equal(2, cli.Json.GetArrayLength());
        await cli.Registry.Received().SearchAsync(Arg.Is<RunQuery>(query => query.IncludeFinished && query.Cursor == "next"), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Kill_OfOneRun_PrintsTheReceipt()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report());

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--json"));

        JsonElement receipt = cli.Json;
        Assert.Equal(
            [
                "schemaVersion", "runId", "killId", "outcome", "mode", "strength", "proof", "reason", "requestedBy", "durationMs", "steps",
                "processesBefore", "processesTruncated", "survivors", "cleanup", "openExits", "exitCode", "exitSignal", "childRuns", "message",
                "phases",
            ],
            receipt.EnumerateObject().Select(property => property.Name));
        Assert.Equal("Killed", receipt.GetProperty("outcome").GetString());
        Assert.Equal("Graceful", receipt.GetProperty("mode").GetString());
        Assert.Equal("CgroupAndReaperEmpty", receipt.GetProperty("proof").GetString());
        Assert.Equal(["name", "durationMs", "outcome"], receipt.GetProperty("steps")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(4321, receipt.GetProperty("processesBefore")[0].GetProperty("pid").GetInt32());
        Assert.Equal(JsonValueKind.Array, receipt.GetProperty("survivors").ValueKind);
        Assert.Equal("cgroup", receipt.GetProperty("cleanup")[0].GetProperty("cleaner").GetString());
    }

    [Fact]
    public async Task Kill_OfSeveralRuns_PrintsAnArray()
    {
        CommandLine cli = new();
        cli.Kills.KillManyAsync(default!, default!, default).ReturnsForAnyArgs([Sample.Report(), Sample.Report(KillOutcome.AlreadyExited)]);

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "run_2", "--reason", "stuck since noon", "--json"));

        Assert.Equal(["Killed", "AlreadyExited"], cli.Json.EnumerateArray().Select(receipt => receipt.GetProperty("outcome").GetString()));
        Assert.All(cli.Json.EnumerateArray(), receipt => Assert.Equal(1, receipt.GetProperty("schemaVersion").GetInt32()));
    }

    [Fact]
    public async Task Kill_Refused_PrintsTheReceiptToo()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report(KillOutcome.Denied) with { Message = "Only its owner may." });

        Assert.Equal(4, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--json"));

        Assert.Equal("Denied", cli.Json.GetProperty("outcome").GetString());
        Assert.Contains("Only its owner may.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_OfAKilledRun_HoldsTheReceipt()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Over() with { KillId = Sample.Report().KillId });
        cli.Kills.FindReportAsync(default, default).ReturnsForAnyArgs(Sample.Report());

        Assert.Equal(0, await cli.RunAsync("show", "run_1", "--json"));

        Assert.Equal(1, cli.Json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("Exited", cli.Json.GetProperty("state").GetString());
        Assert.Equal("Killed", cli.Json.GetProperty("lastKill").GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Show_OfAStateOfANewerVersion_KeepsItsName()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run() with { State = new RunState("Hibernating") });

        Assert.Equal(0, await cli.RunAsync("show", "run_1", "--json"));
        Assert.Equal("Hibernating", cli.Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Wait_PrintsHowItEnded()
    {
        CommandLine cli = new();
        cli.Registry.WaitForEndAsync(default, default).ReturnsForAnyArgs(Sample.Over(exitCode: 3));

        Assert.Equal(0, await cli.RunAsync("wait", "run_1", "--json"));

        Assert.Equal(3, cli.Json.GetProperty("exitCode").GetInt32());
        Assert.Equal("Exited", cli.Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Tree_HoldsProcessesAndChildRuns()
    {
        CommandLine cli = new();
        RunId child = RunId.Parse("run_child");
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run());
        cli.Registry.InspectAsync(Sample.Id, default).ReturnsForAnyArgs([Sample.Process()]);
        cli.Registry.SearchAsync(Arg.Is<RunQuery>(query => query.ParentRun == Sample.Id), Arg.Any<CancellationToken>())
            .Returns(new RunPage([Sample.Run(child)], null));

        Assert.Equal(0, await cli.RunAsync("tree", Sample.Id.Value, "--json"));

        Assert.Equal("run_child", cli.Json.GetProperty("childRuns")[0].GetProperty("runId").GetString());
        Assert.Equal("S", cli.Json.GetProperty("processes")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Audit_PrintsAnArray()
    {
        CommandLine cli = new();
        cli.Store.ReadAuditAsync(default!, default).ReturnsForAnyArgs(new ValueTask<IReadOnlyList<AuditEntry>>([Sample.Audit()]));

        Assert.Equal(0, await cli.RunAsync("audit", "--json"));

        JsonElement entry = Assert.Single(cli.Json.EnumerateArray());
        Assert.Equal(1, entry.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("Graceful", entry.GetProperty("details").GetProperty("mode").GetString());
        Assert.Equal("2026-03-04T05:06:07Z", entry.GetProperty("at").GetString());
    }

    [Fact]
    public async Task Doctor_PrintsFindingsAndStores()
    {
        CommandLine cli = new();
        cli.Doctor.ExamineAsync(default).ReturnsForAnyArgs(new EnvironmentReport
        {
            Strength = ContainmentStrength.Reaper,
            Why = "no writable cgroup",
            Findings = [new EnvironmentFinding { Name = "cgroup", IsGood = false, Detail = "read-only", Remedy = ["systemctl edit app"] }],
        });

        Assert.Equal(0, await cli.RunAsync("doctor", "--json"));

        Assert.Equal("Reaper", cli.Json.GetProperty("strength").GetString());
        Assert.Equal("systemctl edit app", cli.Json.GetProperty("findings")[0].GetProperty("remedy")[0].GetString());
        Assert.Equal("Environment", cli.Json.GetProperty("stores")[0].GetProperty("source").GetString());
    }

    [Theory]
    [InlineData(2, "usage", "kill", "run_1", "--json")]
    [InlineData(2, "usage", "ps", "--json", "--zork")]
    [InlineData(2, "usage", "show", "a b", "--json")]
    [InlineData(3, "run-not-found", "show", "run_1", "--json")]
    public async Task AnyVerb_ThatFails_PrintsNothingButTheError(int exitCode, string code, params string[] arguments)
    {
        CommandLine cli = new();

        Assert.Equal(exitCode, await cli.RunAsync(arguments));

        Assert.Equal(["schemaVersion", "error"], cli.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(1, cli.Json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(["code", "message", "help"], cli.Json.GetProperty("error").EnumerateObject().Select(property => property.Name));
        Assert.Equal(code, cli.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(cli.Error);
    }

    [Fact]
    public async Task Store_NotAvailable_IsAJsonErrorToo()
    {
        CommandLine cli = new();
        cli.OpeningFails = new StoreUnavailableException("The file is not a database.");

        Assert.Equal(6, await cli.RunAsync("ps", "--json"));
        Assert.Equal("store-unavailable", cli.Json.GetProperty("error").GetProperty("code").GetString());
    }
}
