using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>How the shim is started: the binary itself, or a small program that prepares a world for it and then executes it.</summary>
internal sealed record ShimBinary
{
    private const string Qemu = "/usr/bin/qemu-aarch64-static";

    public required string Path { get; init; }
    public string[]? Through { get; init; }

    private static string Committed(string architecture) =>
        System.IO.Path.Combine(AppContext.BaseDirectory, "shim", "workflow-lifecycle-shim-" + architecture);

    public static ShimBinary Native { get; } = new()
    {
        Path = Committed(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64"),
    };

    /// <summary>A kernel that knows none of the newer calls.</summary>
    public static ShimBinary OnOldKernel { get; } = new() { Path = Native.Path, Through = TestPrograms.Perl("old-kernel") };

    /// <summary>A kernel, or a container's filter, that answers one call with an error.</summary>
    public static ShimBinary Refusing(int call, int errno) => new()
    {
        Path = Native.Path,
        Through = TestPrograms.Perl("old-kernel", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{call}={errno}")),
    };

    /// <summary>One of the hostile worlds that starter.pl names.</summary>
    public static ShimBinary In(string world) => new() { Path = Native.Path, Through = TestPrograms.Perl("starter", world) };

    /// <summary>The arm64 binary on another machine; qemu does not pass the subreaper call on, so the starter makes it.</summary>
    public static ShimBinary Arm64UnderQemu { get; } = new() { Path = Committed("arm64"), Through = TestPrograms.Perl("under-qemu", Qemu) };

    public static bool QemuIsHere => File.Exists(Qemu) && RuntimeInformation.ProcessArchitecture == Architecture.X64;
}
