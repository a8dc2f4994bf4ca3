namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Passes on what a program writes, byte by byte and at once. When its reader is slow the program waits, as in a shell.</summary>
internal static class OutputPump
{
    // What a pipe holds at most unless somebody asked for more.
    private const int PieceSize = 64 * 1024;

    /// <summary>Returns when the output ends, or nobody reads it any more.</summary>
    /// <exception cref="IOException">It cannot be passed on: a full disk, for example.</exception>
    public static Task RunAsync(Stream source, Stream target) =>

        // On a thread of its own: writing to a reader that is slow blocks, and must not take the threads that an interrupt needs.
        Task.Factory.StartNew(() => Pass(source, target), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Pass(Stream source, Stream target)
    {
        byte[] piece = new byte[PieceSize];
        int length;
        while ((length = source.Read(piece, 0, piece.Length)) > 0)
        {
            try
            {
                target.Write(piece, 0, length);
            }
            catch (IOException broken) when (broken.HResult == StandardStream.BrokenPipe)
            {
                // The program learns it as it would without us: by SIGPIPE, when it writes again.
                source.Dispose();
                return;
            }
        }
    }
}
