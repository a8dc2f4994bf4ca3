namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>A file that a process has open.</summary>
/// <param name="Process">The process.</param>
/// <param name="Descriptor">The number by which it has it.</param>
/// <param name="Path">Its path (absolute).</param>
internal readonly record struct OpenFile(ProcessSnapshot Process, string Descriptor, string Path)
{
    /// <summary>The entry of the descriptor, through which the very file can be looked at.</summary>
    public string Entry => OpenDescriptors.PathOf(Process.Pid, Descriptor);

    /// <summary>Whether it can be written through that descriptor: the entry's own permissions say how it was opened.</summary>
    public bool IsForWriting => FileLook.TryTake(Entry, followLinks: false, out FileLook entry) && entry.OwnerMayWrite;
}
