using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Exchanges two names, without a pause: a directory for a link to another one, and back. Which two is told line by line.</summary>
internal static partial class SwapVerb
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    private static string? _next;

    public static int Run()
    {
        Console.WriteLine("ready");
        Thread reader = new(Read) { IsBackground = true };
        reader.Start();
        int swaps = 0;
        string told = string.Empty;
        (string directory, string link) = (string.Empty, string.Empty);
        while (Volatile.Read(ref _next) is not "end")
        {
            if (Volatile.Read(ref _next) is { } next && next != told)
            {
                told = next;
                string[] parts = next.Split('\t');
                (directory, link) = (parts[0], parts[1]);
                swaps += Swap(directory, link);
                Console.WriteLine("swapping");
            }

            if (told.Length > 0)
            {
                swaps += Swap(directory, link);
            }
        }

        Console.WriteLine(swaps);
        return 0;
    }

    private static int Swap(string directory, string link) => Rename(CurrentDirectory, directory, CurrentDirectory, link, Exchange) == 0 ? 1 : 0;

    private static void Read()
    {
        while (Console.ReadLine() is { } line)
        {
            Volatile.Write(ref _next, line);
        }

        Volatile.Write(ref _next, "end");
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
