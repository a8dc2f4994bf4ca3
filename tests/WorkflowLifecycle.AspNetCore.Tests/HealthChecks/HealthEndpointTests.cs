using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>A real web host, asked as a balancer or a person asks it.</summary>
public sealed class HealthEndpointTests
{
    private const int Limit = 60_000;

    private static readonly RunId _id = RunId.Parse("owing:1");

    [Fact(Timeout = Limit)]
    public async Task Health_OfAHostThatOwesNothing_IsHealthy()
    {
        await using WebRoom room = await WebRoom.StartAsync(static (services, directory) =>
        {
            WebRoom.AddEngine(services, directory);
            services.AddHealthChecks().AddWorkflowLifecycle(tags: ["ready"]);
        });

        Assert.Equal((HttpStatusCode.OK, "Healthy"), await room.AskAsync());
        JsonElement entry = await room.ReadAsync();
        Assert.Equal("workflow-lifecycle", entry.GetProperty("name").GetString());
        Assert.Equal("ready", entry.GetProperty("tags")[0].GetString());
        Assert.Equal(0, entry.GetProperty("data").GetProperty("count").GetInt32());
    }

    [Fact(Timeout = Limit)]
    public async Task Health_WhileADebtIsOverdue_IsDegradedAndNamesItUntilItIsSettled()
    {
        HeldCleaner? held = null;
        await using WebRoom room = await WebRoom.StartAsync((services, directory) =>
        {
            held = new HeldCleaner(directory);
            WebRoom.AddEngine(services, directory, static options => options.DebtAlarmAge = TimeSpan.FromSeconds(1));
            services.AddSingleton<IResourceCleaner>(held);
            services.AddHealthChecks().AddWorkflowLifecycle();
        });
        await room.Services.GetRequiredService<ITrackedProcessLauncher>().RunAsync(new LaunchRequest("true") { RunId = _id }, cancellationToken: TestContext.Current.CancellationToken);
        CleanupDebt debt = Assert.Single(await room.Services.GetRequiredService<ICleanupDebts>().ListAsync(new DebtQuery(), TestContext.Current.CancellationToken));

        HttpStatusCode code = await room.WaitForAsync("Degraded");
        JsonElement entry = await room.ReadAsync();
        held!.Release();
        await room.Services.GetRequiredService<ICleanupDebts>().RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Contains("somebody holds it", entry.GetProperty("description").GetString(), StringComparison.Ordinal);
        JsonElement finding = Assert.Single(entry.GetProperty("data").GetProperty("findings").EnumerateArray());
        Assert.Equal(HealthFindings.DebtOverdue, finding.GetProperty("kind").GetString());
        Assert.Equal(_id.ToString(), finding.GetProperty("runId").GetString());
        Assert.Equal(debt.DebtId, finding.GetProperty("debtId").GetString());
        Assert.Equal(debt.CreatedAt, finding.GetProperty("since").GetDateTimeOffset());
        Assert.Equal(HttpStatusCode.OK, await room.WaitForAsync("Healthy"));
        Assert.Empty(Directory.GetFiles(room.Directory, "*.held"));
    }

    [Theory(Timeout = Limit)]
    [InlineData(null, HttpStatusCode.ServiceUnavailable, "Unhealthy")]
    [InlineData(HealthStatus.Degraded, HttpStatusCode.OK, "Degraded")]
    public async Task Health_OnceTheStoreCannotBeRead_IsWhatWasAskedFor(HealthStatus? failure, HttpStatusCode code, string word)
    {
        await using WebRoom room = await WebRoom.StartAsync((services, directory) =>
        {
            WebRoom.AddEngine(services, directory);
            services.AddHealthChecks().AddWorkflowLifecycle(failureStatus: failure);
        });
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await room.AskAsync());

        foreach (string file in Directory.GetFiles(room.Directory, "runs.db*"))
        {
            await using FileStream spoilt = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await spoilt.WriteAsync(Enumerable.Repeat((byte)0x5A, (int)spoilt.Length).ToArray(), TestContext.Current.CancellationToken);
        }

        Assert.Equal((code, word), await room.AskAsync());
        JsonElement entry = await room.ReadAsync();
        Assert.Contains(room.StoreFile, entry.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(HealthFindings.StoreUnavailable, entry.GetProperty("data").GetProperty("findings")[0].GetProperty("kind").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Health_WhereWorkflowLifecycleIsMissing_SaysWhatToCall()
    {
        await using WebRoom room = await WebRoom.StartAsync(static (services, _) => services.AddHealthChecks().AddWorkflowLifecycle());

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => room.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken));

        Assert.Contains("services.AddWorkflowLifecycle()", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await room.AskAsync()).Code);
    }
}
