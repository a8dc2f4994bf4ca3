namespace WorkflowLifecycle.Shim.Tests.Harness;

[Flags]
internal enum StatusFlags
{
    None = 0,
    Ending = 1, HostGone = 2, Frozen = 4, Ready = 8, Stopping = 16, OutputSeen = 32, HasCgroup = 64, OutputDropped = 128,
}
