using Microsoft.Win32.SafeHandles;

namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>Standard output and error as streams that say when their reader is gone.</summary>
internal static class StandardStream
{
    public const int Output = 1;
    public const int Error = 2;

    /// <summary>EPIPE, as <see cref="Exception.HResult"/> of an <see cref="IOException"/> gives it.</summary>
    public const int BrokenPipe = 32;

    // Console's own stream swallows EPIPE, so that "workflowctl run -- yes | head -1" would run for ever. A FileStream reports it, but
    // keeps its own position: on a file that several processes append to, only the console's stream writes where it should. A terminal
    // knows no EPIPE.
    public static Stream Open(int descriptor)
    {
        Stream console = descriptor == Output ? Console.OpenStandardOutput() : Console.OpenStandardError();
        bool isRedirected = descriptor == Output ? Console.IsOutputRedirected : Console.IsErrorRedirected;
        if (isRedirected && !OperatingSystem.IsWindows())
        {
            FileStream stream = new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek)
            {
                return new PipeStream(stream, console);
            }
        }

        return console;
    }
}
