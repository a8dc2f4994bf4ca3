namespace WorkflowLifecycle;

/// <summary>Settings, bindable from configuration and checked at the first use.</summary>
public sealed class WorkflowLifecycleOptions
{
    /// <summary>Name of this host in rows, audit and <c>WorkflowPrincipal.Host</c>. Default: the machine's name. 1 to 100 visible characters.</summary>
    public string HostName { get; set; } = Environment.MachineName;

    /// <summary>Longest wait of a graceful kill for git work in flight. Default 30 s; 0 (not waited for) to 24 h.</summary>
    public TimeSpan GitCeiling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait of a graceful kill for a database transaction. Default 15 s; 0 (not waited for) to 24 h.</summary>
    public TimeSpan DatabaseCeiling { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait of a graceful kill for files that are being written. Default 10 s; 0 (not waited for) to 24 h.</summary>
    public TimeSpan FileCeiling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait of a graceful kill for critical sections of kind <see cref="CriticalSectionKind.Other"/>. Default 10 s; 0 (not waited for) to 24 h.</summary>
    public TimeSpan OtherCeiling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The operator's cap: from the intent of a graceful kill to SIGKILL it never takes longer, whatever phases, programs and requests ask for.
    /// It is that of the process that carries out the kill; where another process resumes it, the time since the intent counts.
    /// Default 60 s; above 0, at most 24 h. Where it is shorter than the ceilings, a quarter of it at most is kept for the terminate stage.
    /// </summary>
    public TimeSpan GraceCap { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait between SIGTERM and SIGKILL in a graceful kill. Default 10 s; above 0, at most 24 h. A request may only lower it.</summary>
    public TimeSpan TerminateCeiling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a graceful kill ends the child runs of a run before the run itself, the deepest first. Default true. All of it stays within the grace
    /// of the run: a child run gets what the run may use for waiting, so that the run keeps its own terminate stage (see <see cref="GraceCap"/>). False:
    /// all side by side, as in an emergency, which waits for nobody. Either way nothing more is launched under any of them once the first is signalled.
    /// </summary>
    public bool ChildRunsFirst { get; set; } = true;

    /// <summary>What happens to trees when this host dies. Default: <see cref="OnHostExit.Kill"/>.</summary>
    public OnHostExit OnHostExit { get; set; } = OnHostExit.Kill;

    /// <summary>
    /// Whether this process brings the runs of hosts that died up to date when it starts: it resumes interrupted kills, and watches again the trees
    /// that outlived a host of its name and user. Default true. A tool that does not stay sets false; see <see cref="IRunRecovery"/>.
    /// </summary>
    public bool RecoverOnStart { get; set; } = true;

    /// <summary>
    /// How long the end of this host may take for its runs, from the moment the host stops: those of <see cref="OnHostExit.Kill"/> are ended gracefully in it,
    /// SIGKILL and receipt included. Default 25 s; above 0, at most 24 h. Keep it below the host's own time-out (30 s in the generic host): when that
    /// passes first, whatever is left is ended at once.
    /// </summary>
    public TimeSpan HostShutdownGrace { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Refuse to launch below this strength. Default: <see cref="ContainmentStrength.BestEffort"/>, so nothing is refused.</summary>
    public ContainmentStrength MinimumStrength { get; set; } = ContainmentStrength.BestEffort;

    /// <summary>Refuse launches that do not declare how they become ready (<see cref="LaunchRequest.Readiness"/>). Default: false.</summary>
    public bool RequireReadiness { get; set; }

    /// <summary>How long processes may stay after the root program exited by itself: SIGTERM, this long, SIGKILL. Default 2 s; 0 to 24 h.</summary>
    public TimeSpan LeftoverGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Size at which an output file is rotated, in bytes. Default 16 MiB; 4 KiB to 1 TiB.</summary>
    public long OutputFileCap { get; set; } = 16 * 1024 * 1024;

    /// <summary>Rotated output files kept per stream. Default 1; 1 to 100.</summary>
    public int OutputFilesKept { get; set; } = 1;

    /// <summary>How long output is still read after the tree is gone, when a stranger holds the pipe. Default 2 s; above 0, at most 1 h.</summary>
    public TimeSpan OutputDrainLimit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long finished runs, their evidence and their output are kept. Default 30 days; 1 hour to 10 years.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a resource of a run that is over may stay before a log event and <see cref="ILifecycleHealth"/> tell of it. It is retried from the start,
    /// and goes on being retried. Default 1 h; 1 s to 30 days.
    /// </summary>
    public TimeSpan DebtAlarmAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>When evidence of what a run was doing is taken before it is ended. Default: <see cref="EvidencePolicy.OnStuck"/>. An emergency never takes any.</summary>
    public EvidencePolicy CaptureEvidence { get; set; } = EvidencePolicy.OnStuck;

    /// <summary>The longest that evidence may hold up a kill; what was not read by then is left out, and said. Default 500 ms; 20 ms to 5 s.</summary>
    public TimeSpan EvidenceCeiling { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Claim whose value makes a principal the owner of the runs launched on its behalf. Default <c>sub</c>.</summary>
    public string OwnerClaimType { get; set; } = "sub";

    /// <summary>Where run directories are made (absolute, short: the sockets in them have at most 107 bytes of path). Default: a per-user runtime directory.</summary>
    public string? RuntimeDirectory { get; set; }

    /// <summary>The cgroup under which runs get theirs (absolute path of a cgroup v2 directory). Default: found by trying.</summary>
    public string? CgroupRoot { get; set; }
}
