namespace WorkflowLifecycle.Shim.Tests.Harness;

[Flags]
public enum LaunchFlags
{
    None = 0,
    HostPidfd = 1, Cgroup = 2, KillOnHostExit = 4, OutputFiles = 8,
}
