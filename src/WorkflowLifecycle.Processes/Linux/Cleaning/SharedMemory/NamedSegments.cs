namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>Segments and semaphores that have the name of some run, whichever it is.</summary>
internal static class NamedSegments
{
    /// <summary>Their paths, by the run's internal id. Only what this user or root made: others can take such a name, too. Empty where there is no such directory.</summary>
    public static ILookup<string, string> Find(long user)
    {
        try
        {
            using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
            return directory.Read().Where(file => file.Value.OwnerId == user || file.Value.OwnerId == 0)
                .Select(file => (Id: SegmentName.IdIn(file.Key), Path: SharedMemoryDirectory.PathOf(file.Key))).Where(file => file.Id is not null)
                .OrderBy(file => file.Path, StringComparer.Ordinal).ToLookup(file => file.Id!, file => file.Path, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // Not there, or not for us.
            return Enumerable.Empty<string>().ToLookup(path => path);
        }
    }

    /// <summary>Takes one away that this user made and nobody has open. Why not, in words; null when it is gone.</summary>
    public static string? Remove(string path, long user, TimeProvider timeProvider)
    {
        try
        {
            using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
            string name = Path.GetFileName(path);
            if (directory.Find(name) is not { } file)
            {
                return null;
            }

            if (file.OwnerId != user)
            {
                return "it belongs to another user";
            }

            if (SharedMemoryHolders.Find(directory.Key, new LookTime(context: null, timeProvider, CancellationToken.None))?.Of(file.Key) is not { Count: 0 } living)
            {
                return "somebody has it";
            }

            directory.Unlink(name);
            return null;
        }
        catch (IOException problem)
        {
            return problem.Message;
        }
    }
}
