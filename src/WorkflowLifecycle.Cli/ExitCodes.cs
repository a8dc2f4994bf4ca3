namespace WorkflowLifecycle.Cli;

/// <summary>What workflowctl returns. Part of its contract: never renumbered.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Denied = 4;
    public const int KillUnconfirmed = 5;
    public const int StoreUnavailable = 6;
    public const int NotRun = 125;
    public const int NotExecutable = 126;
    public const int ProgramNotFound = 127;
    public const int Interrupted = 130;

    private const int SignalBase = 128;

    /// <summary>The code of a program, as a shell would give it.</summary>
    public static int OfProgram(int? exitCode, int? exitSignal) =>
        exitCode ?? (exitSignal is { } signal ? SignalBase + signal : Failed);

    /// <summary>The code of one kill. What is not proven at this strength is no failure of the kill; a line on stderr says so.</summary>
    public static int Of(KillOutcome outcome) => outcome switch
    {
        KillOutcome.Denied => Denied,
        KillOutcome.KillUnconfirmed => KillUnconfirmed,
        KillOutcome.Killed or KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited or KillOutcome.EndedUnproven => Ok,
        _ => Failed,
    };

    /// <summary>The code of several kills: survivors weigh most, then refusals, then anything else that is not 0.</summary>
    public static int Worst(IEnumerable<int> codes) => codes.DefaultIfEmpty(Ok).MaxBy(Weight);

    private static int Weight(int code) => code switch
    {
        KillUnconfirmed => 3,
        Denied => 2,
        Ok => 0,
        _ => 1,
    };
}
