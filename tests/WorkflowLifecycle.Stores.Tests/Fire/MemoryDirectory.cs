namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>A directory that no disk slows down, where the machine has such, for what is opened tens of thousands of times.</summary>
internal sealed class MemoryDirectory : IDisposable
{
    private const string Memory = "/dev/shm";

    public MemoryDirectory()
    {
        string parent = Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath();
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"workflow-lifecycle-stores-{Guid.NewGuid():N}")).FullName;
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
