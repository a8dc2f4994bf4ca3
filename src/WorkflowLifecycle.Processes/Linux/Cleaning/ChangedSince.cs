using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Keeps what an archive cannot have: what was made, changed or moved in after it was begun. No program can set the time that tells.</summary>
/// <param name="moment">When that was, nanoseconds since 1970.</param>
internal sealed class ChangedSince(long moment)
{
    // Removing one name of a file changes that time for its others.
    private readonly HashSet<ulong> _linked = [];

    public string? WhyToKeep(WalkedDirectory directory, byte[] name)
    {
        if (EntryFacts.Read(directory.Descriptor, name, out EntryFacts facts) != 0 || facts.IsDirectory || _linked.Contains(facts.Inode))
        {
            return null;
        }

        if (facts.ChangedAt > moment)
        {
            return "was made or changed after the archive was begun: move the archive away to have all that is left archived anew";
        }

        if (facts.Links > 1)
        {
            _linked.Add(facts.Inode);
        }

        return null;
    }
}
