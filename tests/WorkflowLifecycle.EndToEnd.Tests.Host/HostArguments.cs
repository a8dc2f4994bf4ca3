using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>The command line of the host.</summary>
internal sealed record HostArguments(string Verb, string Directory, RunId RunId, IReadOnlyList<string> Options, IReadOnlyList<string> Command)
{
    public string StoreFile => Path.Combine(Directory, "runs.db");

    public LaunchRequest Request => new(Command[0], [.. Command.Skip(1)])
    {
        RunId = RunId,
        OnHostExit = Has("keep") ? OnHostExit.Keep : OnHostExit.Kill,
        Output = Has("capture") ? OutputMode.Capture : Has("discard") ? OutputMode.Discard : OutputMode.Files,
        Readiness = Value("ready") == "notify" ? Readiness.Notify() : null,
        WorkingDirectory = Directory,
        Leftovers = Has("leftovers") ? LeftoverPolicy.Keep : default,
        Hardening = Value("harden") is { } hardening ? Enum.Parse<Hardening>(hardening) : Hardening.None,
        ParentRun = Value("parent") is { } parent ? WorkflowLifecycle.RunId.Parse(parent) : null,
    };

    /// <summary>One of several runs, whose program is told its number.</summary>
    public LaunchRequest Numbered(int number)
    {
        string text = number.ToString(CultureInfo.InvariantCulture);
        return Request with { RunId = WorkflowLifecycle.RunId.Parse($"{RunId}-{text}"), Arguments = [.. Command.Skip(1), text] };
    }

    public KillRequest KillRequest => new("asked by another host", WorkflowPrincipal.LocalUser())
    {
        Mode = Has("emergency") ? KillMode.Emergency : KillMode.Graceful,
        GracePeriod = Value("grace") is { } seconds ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : null,
    };

    public AdoptToken Token => AdoptToken.TryParse(Value("token"), out AdoptToken token) ? token : throw new ArgumentException("token=…");

    public string Text => Value("text") ?? throw new ArgumentException("text=…");

    public AdoptRequest AdoptRequest => new("asked by another host", WorkflowPrincipal.LocalUser()) { RunId = RunId };

    public static HostArguments Parse(string[] args)
    {
        int separator = Array.IndexOf(args, "--");
        string[] own = separator < 0 ? args : args[..separator];
        return new HostArguments(own[0], own[1], WorkflowLifecycle.RunId.Parse(own[2]), own[3..], separator < 0 ? [] : args[(separator + 1)..]);
    }

    public bool Has(string option) => Options.Contains(option, StringComparer.Ordinal);

    public void Configure(WorkflowLifecycleOptions options)
    {
        options.RuntimeDirectory = Path.Combine(Directory, "run");
        options.HostName = Value("name") ?? options.HostName;
        options.RecoverOnStart = !Has("norecover");
        options.CgroupRoot = Has("reaper") ? Directory : Value("cgroup-root");
        if (Verb == "steps")
        {
            options.GitCeiling = TimeSpan.FromSeconds(2);

            // A busy machine must not take a step away.
            options.EvidenceCeiling = TimeSpan.FromSeconds(5);
        }
    }

    public int Number(string option) => int.Parse(Value(option) ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Where the host stands still for good, as if the machine had: after that commit is durable, or before it is written.</summary>
    public void PauseAtCommit(IServiceCollection services)
    {
        int after = Number("pause");
        int before = Number("pausebefore");
        if (after + before > 0)
        {
            ServiceDescriptor store = services.Last(service => service.ServiceType == typeof(IProcessStore));
            services.Remove(store);
            services.AddSingleton<IProcessStore>(provider =>
                new PausingStore((IProcessStore)store.ImplementationFactory!(provider), before, after));
        }
    }

    public string? Value(string option) =>
        Options.FirstOrDefault(text => text.StartsWith(option + "=", StringComparison.Ordinal))?[(option.Length + 1)..];
}
