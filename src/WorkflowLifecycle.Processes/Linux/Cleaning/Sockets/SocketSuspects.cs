using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// Socket files in the working directory itself, and where the run had one, that were made while the run was, at which nobody listens and that no look saw: they
/// are told.
/// </summary>
internal static class SocketSuspects
{
    private const int MostSuspects = 10;
    private const int MostEntries = 2000;

    public static IEnumerable<RunResource> Find(CleanupContext context, DateTimeOffset now, Func<IEnumerable<BoundSocket>> read)
    {
        HashSet<string>? listening = null;
        int told = 0;
        foreach (string path in Entries(context.Run.WorkingDirectory).Union(context.Known.Select(SocketDetails.FileOf).OfType<string>(), StringComparer.Ordinal))
        {
            string name = $"{BoundSocket.Unix} {path}";
            if (told == MostSuspects)
            {
                yield break;
            }

            if (BornFile.TryTake(path, followLinks: false, out BornFile file) && file.IsSocket && file.Born is { } born && RunTime.Holds(context.Run, born, now)
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{file.OwnerId}") && !context.Known.Any(known => SocketDetails.FileOf(known) is not null && file.MayBeThat(known.Details))
                && !(listening ??= [.. read().Where(socket => socket.HasPath).Select(socket => Path.GetFileName(socket.Address))]).Contains(Path.GetFileName(path)))
            {
                told++;
                yield return new RunResource
                {
                    Cleaner = CleanerNames.Sockets,
                    Name = name,
                    Handling = ResourceHandling.Report,
                    Note = "made while the run was, and nobody listens at it; nothing shows whose it is",
                    Details = file.Details,
                };
            }
        }
    }

    private static IEnumerable<string> Entries(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Take(MostEntries)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was deleted with the run, or is not ours to look into.
            return [];
        }
    }
}
