using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Permissions;

/// <summary>Who may end a run.</summary>
public sealed class PermissionTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("permission:1");

    public static TheoryData<string> Strangers() => ["mallory", "anonymous", "other host", "forged root", "forged host", "label"];

    [Fact(Timeout = Limit)]
    public async Task Owner_MayEndItsRun()
    {
        Engine engine = Start();
        await LaunchForAliceAsync(engine);

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("mine", Person("alice")));

        Assert.Equal((KillOutcome.ExitedGracefully, "alice"), (report.Outcome, report.RequestedBy));
        Assert.Contains(await engine.AuditAsync(_id), entry => entry.Stage == "Authorized" && entry.Details["ground"] == "the owner of the run");
    }

    [Fact(Timeout = Limit)]
    public async Task Host_MayEndWhatItLaunched()
    {
        Engine engine = Start(configure: options => options.HostName = "builder-host");
        await LaunchForAliceAsync(engine);

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("ours", WorkflowPrincipal.Host("builder-host")));

        Assert.Equal((KillOutcome.ExitedGracefully, "host:builder-host"), (report.Outcome, report.RequestedBy));
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Strangers))]
    public async Task Stranger_IsDeniedWithWhatIsMissing_AndAudited(string who)
    {
        Engine engine = Start();
        await LaunchForAliceAsync(engine);
        int pid = (await engine.RowAsync(_id)).Root!.Pid;
        ClaimsPrincipal stranger = who switch
        {
            "anonymous" => new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "alice")])),
            "other host" => WorkflowPrincipal.Host("another"),
            "forged root" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "os:0"), new Claim("sub", "os:0")], "WorkflowLifecycle")),
            "forged host" => Person("host:" + Environment.MachineName),
            "label" => Person("label-of-the-run"),
            _ => Person(who),
        };

        KillReport report = await engine.Kills.KillAsync(_id, new KillRequest("not mine", stranger) { Mode = KillMode.Emergency });

        Assert.Equal(KillOutcome.Denied, report.Outcome);
        Assert.False(string.IsNullOrWhiteSpace(report.Message));
        Assert.True(ProcessEntry.IsAlive(pid));
        AuditEntry denied = Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Denied");
        Assert.Equal(report.Message, denied.Details["missing"]);
        Assert.Equal("not mine", (await engine.AuditAsync(_id)).Single(entry => entry.Stage == "Requested").Reason);
        Assert.False((await engine.RowAsync(_id)).State == RunState.Stopping);
    }

    [Fact(Timeout = Limit)]
    public async Task Authorizer_ThatRefuses_RefusesEvenRoot()
    {
        IKillAuthorizer authorizer = Substitute.For<IKillAuthorizer>();
        authorizer.AuthorizeAsync(null!, null!).ReturnsForAnyArgs(KillAuthorization.Deny("a change freeze is on"));
        Engine engine = Start(services: services => services.AddSingleton(authorizer));
        await LaunchForAliceAsync(engine);

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.Denied, "a change freeze is on"), (report.Outcome, report.Message));
        authorizer.AuthorizeAsync(null!, null!).ReturnsForAnyArgs(KillAuthorization.Allow("over"));
    }

    [Fact(Timeout = Limit)]
    public async Task Authorizer_ThatThrows_Refuses()
    {
        IKillAuthorizer authorizer = Substitute.For<IKillAuthorizer>();
        authorizer.AuthorizeAsync(null!, null!).ThrowsAsyncForAnyArgs(new InvalidOperationException("directory server is down"));
        Engine engine = Start(services: services => services.AddSingleton(authorizer));
        await LaunchForAliceAsync(engine);

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal(KillOutcome.Denied, report.Outcome);
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Denied");
        authorizer.AuthorizeAsync(null!, null!).ReturnsForAnyArgs(KillAuthorization.Allow("up again"));
    }

    private static ClaimsPrincipal Person(string subject) => new(new ClaimsIdentity([new Claim("sub", subject)], "test"));

    private static Task<ITrackedProcess> LaunchForAliceAsync(Engine engine) =>
        engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _id, LaunchedBy = Person("alice"), Owner = "label-of-the-run" });
}
