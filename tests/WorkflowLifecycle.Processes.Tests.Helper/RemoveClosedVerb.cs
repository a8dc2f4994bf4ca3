using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Makes directories that their owner may not read, write or enter, and removes them; for a user whom permissions bind.</summary>
internal static class RemoveClosedVerb
{
    public static int Run(string path)
    {
        foreach (int mode in (int[])[0, 0x40, 0x80, 0x100, 0x140, 0x180])
        {
            string closed = Path.Combine(path, $"m{mode}");
            Directory.CreateDirectory(Path.Combine(closed, "sub"));
            File.WriteAllText(Path.Combine(closed, "file"), "x");
            File.WriteAllText(Path.Combine(closed, "sub", "file"), "x");
            File.SetUnixFileMode(Path.Combine(closed, "sub"), (UnixFileMode)mode);
            File.SetUnixFileMode(closed, (UnixFileMode)mode);
        }

        File.SetUnixFileMode(path, UnixFileMode.UserExecute);
        using PinnedDirectory place = PinnedDirectory.Open(path)!;
        RemovalResult result = TreeRemover.Remove(place, static _ => { }, TimeProvider.System);
        Console.WriteLine($"{result.Remaining} {!Path.Exists(path)}");
        Console.Error.WriteLine(result.Why);
        return 0;
    }
}
