namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>Trees that are hard to end, by name, so that each is tried with and without a cgroup.</summary>
internal static class Trees
{
    public static readonly string[] Names = ["sleeper", "daemons", "hoppers", "stopped", "crowd", "chain", "storm", "ignoring"];

    private static string[] Argv(string name) => name switch
    {
        "sleeper" => TestPrograms.Sh("echo ready; exec sleep 60"),
        "ignoring" => TestPrograms.Sh("trap '' TERM HUP INT; echo ready; sleep 60 & sleep 60"),
        "daemons" => TestPrograms.Perl("daemons", "30"),
        "hoppers" => TestPrograms.Perl("hoppers", "20"),
        "stopped" => TestPrograms.Perl("stopped", "20"),
        "crowd" => TestPrograms.Perl("crowd", "100"),
        "chain" => TestPrograms.Perl("chain", "100"),
        "storm" => TestPrograms.Perl("storm", "10"),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public static Specification Specification(string name, bool cgroup) => Specification(Argv(name), cgroup);

    public static Specification Specification(string[] argv, bool cgroup) =>
        new() { Argv = argv, Flags = LaunchFlags.HostPidfd | (cgroup ? LaunchFlags.Cgroup : 0) };

    public static async Task<ShimUnderTest> LaunchAsync(Specification specification, ShimOptions? options = null)
    {
        ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification, options);
        try
        {
            await ShimUnderTest.WaitForAsync(() => shim.Output.Contains("ready\n", StringComparison.Ordinal), "the tree to be ready", 20_000, () => shim.Output);
            return shim;
        }
        catch
        {
            shim.Dispose();
            throw;
        }
    }
}
