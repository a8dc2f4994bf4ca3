using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>Who gets through the gate, and what is on record of who does not.</summary>
public sealed class PermissionTests : IAsyncDisposable
{
    private readonly IKillAuthorizer _second = Substitute.For<IKillAuthorizer>();
    private readonly Engine _engine;

    public PermissionTests()
    {
        _second.AuthorizeAsync(default!, default!, default).ReturnsForAnyArgs(KillAuthorization.Allow("second"));
        _engine = new Engine(services => services.AddSingleton(_second));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task AssertRefusedAsync(RunRecord run, KillRequest request, string mention)
    {
        KillReport report = await _engine.Kills.KillAsync(run.RunId, request);

        Assert.Equal(KillOutcome.Denied, report.Outcome);
        Assert.Contains(mention, report.Message, StringComparison.Ordinal);
        _engine.Log.AssertNothingSignalled();
        Assert.Equal(["Requested", "Denied"], (await _engine.AuditAsync()).Select(entry => entry.Stage));
        Assert.Equal(RunState.Running, (await _engine.RowAsync(run.RunId)).State);
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S55")]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    public async Task Kill_ByNobody_IsRefusedAndAudited(KillMode mode)
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await AssertRefusedAsync(run, new KillRequest("stuck since noon", new ClaimsPrincipal()) { Mode = mode, Door = "http" }, "authenticated");

        AuditEntry asked = (await _engine.AuditAsync())[0];
        Assert.Equal(("anonymous", "stuck since noon", "http"), (asked.Actor, asked.Reason, asked.Details["door"]));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S56")]
    public async Task Kill_OneRefusalOfTwo_Refuses()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _second.AuthorizeAsync(default!, default!, default).ReturnsForAnyArgs(KillAuthorization.Deny("not on Fridays."));

        await AssertRefusedAsync(run, Engine.Emergency, "not on Fridays.");
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_SecondAuthorizer_DoesNotAllowWhatTheFirstRefuses()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await AssertRefusedAsync(run, new KillRequest("stuck since noon", WorkflowPrincipal.Host("other")), "host:other did not launch");
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_AuthorizerThatThrows_Refuses()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _second.AuthorizeAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("password=canary"));

        await AssertRefusedAsync(run, Engine.Emergency, "failed and so refuses");
        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Details.Values.Any(value => value.Contains("canary", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_AuthorizerThatGivesUp_Refuses()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _second.AuthorizeAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new OperationCanceledException());

        await AssertRefusedAsync(run, Engine.Request, "failed and so refuses");
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S58")]
    public async Task Kill_Authorizers_SeeTheRowAsItIsNow()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = run with { Status = "now" } }, CommitDurability.Process);

        await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        await _second.Received(1).AuthorizeAsync(Arg.Is<RunRecord>(row => row.Status == "now"), Engine.Emergency, Arg.Any<CancellationToken>());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S72")]
    public async Task Kill_RunThatHoldsTheOneWhoAsks_IsRefused()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Platform.FindOwnInside(run.Containment!).ReturnsForAnyArgs(100);

        await AssertRefusedAsync(run, Engine.Emergency, "process 100 of run run_1");
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S47")]
    public async Task Kill_RunThatIsHeldElsewhere_IsRefused()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Platform.Look(default!).ReturnsForAnyArgs(ProcessPresence.Elsewhere);

        await AssertRefusedAsync(run, Engine.Emergency, "Ask there");
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S29")]
    public async Task Kill_RunThatCannotBeLookedAt_IsCarriedOut()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Platform.Look(default!).ReturnsForAnyArgs(ProcessPresence.Unknown);

        Assert.Equal(KillOutcome.Killed, (await _engine.Kills.KillAsync(run.RunId, Engine.Emergency)).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task BeginKill_Refused_HasAReportThatSaysSo()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        KillId killId = await _engine.Kills.BeginKillAsync(run.RunId, new KillRequest("stuck since noon", new ClaimsPrincipal()) { IdempotencyKey = "k" });

        Assert.Equal(KillOutcome.Denied, (await _engine.Kills.FindReportAsync(killId))?.Outcome);
        Assert.Equal(KillOutcome.Killed, (await _engine.Kills.KillAsync(run.RunId, Engine.Emergency with { IdempotencyKey = "k" })).Outcome);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S57")]
    public async Task Kill_UnknownRun_IsNotFound()
    {
        RunNotFoundException exception = await Assert.ThrowsAsync<RunNotFoundException>(() => _engine.Kills.KillAsync(RunId.Parse("none"), Engine.Request));
        Assert.Contains("scripted", exception.Message, StringComparison.Ordinal);
    }
}
