namespace WorkflowLifecycle.Shim.Tests.Harness;

internal enum Stage
{
    None = 0,
    Spec = 1, Subreaper = 2, Socket = 3, Cgroup = 4, Clone = 5, Session = 6, Stdio = 7, Chdir = 8, Exec = 9, Output = 10,
    NoNewPrivileges = 11, Landlock = 12, PidNamespace = 13, Mounts = 14,
}
