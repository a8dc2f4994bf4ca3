using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using WorkflowLifecycle.Cli.Composition;
using WorkflowLifecycle.Cli.Stores;
using WorkflowLifecycle.Cli.Terminal;

namespace WorkflowLifecycle.Cli.Tests.Harness;

/// <summary>workflowctl in this process, with substitutes where the engine is and strings where the terminal is.</summary>
internal sealed class CommandLine : IWorkflowSessions, IWorkflowSession
{
    private readonly StringWriter _out = new(CultureInfo.InvariantCulture);
    private readonly StringWriter _error = new(CultureInfo.InvariantCulture);
    private readonly MemoryStream _outBytes = new();
    private readonly MemoryStream _errorBytes = new();

    public CommandLine()
    {
        Interrupts = new Interrupts(InterruptClock);
        Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([], null));
        Store.SearchRunsAsync(default!, default).ReturnsForAnyArgs(new ValueTask<RunPage>(new RunPage([], null)));
        Registry.FindAsync(default, default).ReturnsForAnyArgs((RunRecord?)null);
        Registry.InspectAsync(default, default).ReturnsForAnyArgs([]);
        Registry.ReadCriticalSectionsAsync(default, default).ReturnsForAnyArgs([]);
        Debts.ListAsync(default!, default).ReturnsForAnyArgs([]);
        Debts.RetryAsync(default!, default!, default).ReturnsForAnyArgs([]);
        Retention.ApplyAsync(default!, default!, default).ReturnsForAnyArgs(new RetentionReport { EndedBefore = Sample.Start });
        Statistics.ReadAsync(default!, default).ReturnsForAnyArgs(new LifecycleStatistics { Since = Sample.Start, Until = Sample.Start.AddDays(30), Cleanup = new CleanupFigures() });
        Recovery.SettleAsync(default, default).ReturnsForAnyArgs([]);
        Store.ReadAuditAsync(default!, default).ReturnsForAnyArgs(new ValueTask<IReadOnlyList<AuditEntry>>([]));
    }

    public IProcessRegistry Registry { get; } = Substitute.For<IProcessRegistry>();

    public IKillCoordinator Kills { get; } = Substitute.For<IKillCoordinator>();

    public IRunEvidence Evidence { get; } = Substitute.For<IRunEvidence>();

    public ITrackedProcessLauncher Launcher { get; } = Substitute.For<ITrackedProcessLauncher>();

    public IEnvironmentDoctor Doctor { get; } = Substitute.For<IEnvironmentDoctor>();

    public IProcessStore Store { get; } = Substitute.For<IProcessStore>();

    public ICleanupDebts Debts { get; } = Substitute.For<ICleanupDebts>();

    public IRunRetention Retention { get; } = Substitute.For<IRunRetention>();

    public IRunRecovery Recovery { get; } = Substitute.For<IRunRecovery>();

    public ILifecycleStatistics Statistics { get; } = Substitute.For<ILifecycleStatistics>();

    public ClaimsPrincipal Caller { get; } = new(new ClaimsIdentity([new Claim("sub", "os:1000")], "test"));

    public FakeTimeProvider InterruptClock { get; } = new();

    public Interrupts Interrupts { get; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public List<AnnouncedStore> Announced { get; } = [];

    public bool IsTerminal { get; init; }

    public bool UsesColor { get; init; }

    public string Answer { get; init; } = string.Empty;

    /// <summary>The stores that were opened.</summary>
    public List<StoreChoice> Opened { get; } = [];

    /// <summary>Thrown by the opening of a store.</summary>
    public Exception? OpeningFails { get; set; }

    /// <summary>False leaves the choice of a store to the rules; true names one that exists.</summary>
    public bool NamesStore { get; init; } = true;

    public string Out => _out + Encoding.UTF8.GetString(_outBytes.ToArray());

    public string Error => _error + Encoding.UTF8.GetString(_errorBytes.ToArray());

    public JsonElement Json => JsonDocument.Parse(_out.ToString()).RootElement;

    public async Task<int> RunAsync(params string[] arguments)
    {
        if (NamesStore)
        {
            // Any file that is there will do: nothing opens it.
            Environment[StoreResolver.Variable] = typeof(CommandLine).Assembly.Location;
        }

        return await new WorkflowCtl(new CliContext
        {
            Console = new CliConsole
            {
                In = new StringReader(Answer),
                Out = _out,
                Error = _error,
                OpenOut = () => _outBytes,
                OpenError = () => _errorBytes,
                InIsTerminal = IsTerminal,
                OutIsTerminal = IsTerminal,
                ErrorIsTerminal = IsTerminal,
                UsesColor = UsesColor,
            },
            Sessions = this,
            Stores = new StoreResolver(Environment.GetValueOrDefault, () => Announced),
            Interrupts = Interrupts,
            Environment = Environment.GetValueOrDefault,
            Time = Time,
        }).RunAsync(arguments);
    }

    public ValueTask<IWorkflowSession> OpenAsync(StoreChoice store, StoreUse use, CancellationToken cancellationToken)
    {
        Opened.Add(store);
        return OpeningFails is null ? new ValueTask<IWorkflowSession>(this) : throw OpeningFails;
    }

    public IWorkflowSession OpenAway(string location, string problem) => this;

    public IWorkflowSession OpenWithoutStore() => this;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
