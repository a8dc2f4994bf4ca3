namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>A process that was taken in.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTicks">Its start.</param>
/// <param name="Handle">The kernel's handle of it; null where there is none.</param>
/// <param name="Origin">The cgroup that it was in, and goes back to when the adoption is undone; null where none is used.</param>
internal sealed record AdoptedProcess(int Pid, ulong StartTicks, string? Handle, string? Origin);
