using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Exchanges two names: a directory for a link to another one, or for another one, and back.</summary>
internal static partial class SwapVerb
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    public static int Run() => Harassment.Run(static (directory, other) => Rename(CurrentDirectory, directory, CurrentDirectory, other, Exchange) == 0);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
