namespace WorkflowLifecycle.Shim.Tests.Harness;

[Flags]
public enum Hardenings
{
    None = 0,
    NoNewPrivileges = 1, Landlock = 2, PidNamespace = 4,
    RunDirectoryHidden = 0x100,
}
