namespace WorkflowLifecycle.Shim.Tests.Harness;

internal enum MessageType
{
    None = 0,
    Status = 1, Signal = 2, Freeze = 3, Thaw = 4, End = 5, Watch = 6, Release = 7, Go = 16,
    StatusReply = 65, Signalled = 66, Done = 67, Error = 68,
    Ready = 80, Started = 81, Failed = 82, Exit = 83, Empty = 84, Notify = 85, Output = 86,
}
