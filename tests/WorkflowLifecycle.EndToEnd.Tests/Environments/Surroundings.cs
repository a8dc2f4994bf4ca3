namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>
/// What is made of this machine for one host, in shell. Known there: ROOM, CG (a cgroup of the test's own, in which everything starts),
/// V2 (where the hierarchy is mounted), APP, PROGRAMS.
/// </summary>
internal sealed record Surroundings
{
    /// <summary>As root of the machine, before the namespaces.</summary>
    public string Outside { get; init; } = ":";

    /// <summary>Options of unshare.</summary>
    public string Namespaces { get; init; } = "--mount";

    /// <summary>As root inside the namespaces.</summary>
    public string Inside { get; init; } = ":";

    /// <summary>What executes the host.</summary>
    public string Through { get; init; } = string.Empty;

    /// <summary>Whether the host becomes the process that prepared all this, so that it is PID 1 of a new PID namespace.</summary>
    public bool TakesOver { get; init; } = true;

    public string HostOptions { get; init; } = string.Empty;

    public static string AsNobody => "setpriv --reuid 65534 --regid 65534 --clear-groups";

    /// <summary>Whether the tests lie below a directory for temporary files, which some surroundings cover.</summary>
    public static bool CoversTheTests => new[] { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/" }.Any(place => AppContext.BaseDirectory.StartsWith(place, StringComparison.Ordinal));

    public static async Task<bool> IsReachableByNobodyAsync(Func<string, IReadOnlyList<string>, HelperProcess> start) =>
        await start("setpriv", [.. AsNobody.Split(' ').Skip(1), "test", "-x", HelperProcess.HostProgram]).WaitForExitAsync() == 0;
}
