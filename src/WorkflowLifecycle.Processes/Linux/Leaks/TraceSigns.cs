namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>The words for what a thing is known by.</summary>
internal static class TraceSigns
{
    public const string Cgroup = "cgroup";
    public const string Shim = "shim";
    public const string IsShim = "is the shim";
    public const string Environment = "environment";
    public const string Name = "name";
}
