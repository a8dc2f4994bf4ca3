using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>Takes every free file descriptor from this process by its own limit, until it is disposed.</summary>
internal sealed partial class DescriptorLimit : IDisposable
{
    private const int OpenFiles = 7;

    private readonly Limits _before;

    private DescriptorLimit(Limits before) => _before = before;

    public static DescriptorLimit Exhausted() => At(0);

    public static DescriptorLimit At(ulong soft)
    {
        Assert.Equal(0, Get(OpenFiles, out Limits before));
        Limits lower = before with { Soft = soft };
        Assert.Equal(0, Set(OpenFiles, ref lower));
        return new DescriptorLimit(before);
    }

    public void Dispose()
    {
        Limits before = _before;
        Assert.Equal(0, Set(OpenFiles, ref before));
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, ref Limits limits);

    private record struct Limits(ulong Soft, ulong Hard);
}
