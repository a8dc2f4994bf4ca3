using System.Diagnostics;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>
/// An ext4 of its own in a file on the disk, where this user may mount one; else a directory on that disk. On a disk that others use as well the making of files
/// can take minutes: without a journal ext4 shuns the inodes that were freed within the last minutes, and searches past each of them.
/// </summary>
internal sealed class OwnDisk : IDisposable
{
    private const long Size = 4L * 1024 * 1024 * 1024;
    private const string Inodes = "1500000";

    private readonly string _image;
    private readonly bool _isMounted;

    public OwnDisk(string place)
    {
        _image = place + ".ext4";
        Path = Directory.CreateDirectory(place).FullName;
        using (FileStream image = File.Create(_image))
        {
            image.SetLength(Size);
        }

        _isMounted = TryRun("mkfs.ext4", "-q", "-F", "-N", Inodes, _image) && TryRun("mount", "-o", "loop", _image, Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (_isMounted && !TryRun("umount", Path))
        {
            throw new InvalidOperationException($"{Path} cannot be unmounted.");
        }

        File.Delete(_image);
        Directory.Delete(Path, recursive: true);
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        using Process shell = Process.Start("sh", ["-c", "\"$@\" 2>/dev/null", "sh", program, .. arguments]);
        shell.WaitForExit();
        return shell.ExitCode == 0;
    }
}
