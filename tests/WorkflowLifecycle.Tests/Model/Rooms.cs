namespace WorkflowLifecycle.Tests.Model;

/// <summary>Where worlds keep their files: below one directory, since a thread of a host that is dead may make one more file when its world is deleted already.</summary>
internal static class Rooms
{
    // A thread that was about to make a file has done so, or never does.
    private const int QuietLooks = 5;

    private const int MostLooks = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly string Place = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "wfl-model-" + Guid.NewGuid().ToString("N"));

    public static string Next() => Path.Combine(Place, Guid.NewGuid().ToString("N"));

    /// <summary>Deletes what one world has; what a thread makes meanwhile goes with the rest.</summary>
    public static void Delete(string room)
    {
        try
        {
            Directory.Delete(room, recursive: true);
        }
        catch (IOException)
        {
            // Somebody makes a file in it at this very moment.
            return;
        }
    }

    /// <summary>Deletes all of it, until nobody makes anything any more.</summary>
    public static void Sweep()
    {
        int quiet = 0;
        for (int look = 0; quiet < QuietLooks && look < MostLooks; look++)
        {
            quiet = Directory.Exists(Place) ? 0 : quiet + 1;
            if (quiet == 0)
            {
                Delete(Place);
            }

            Thread.Sleep(Pause);
        }
    }
}
