namespace WorkflowLifecycle;

/// <summary>
/// A cleaner of what can only be told to be the run's while its processes have it, as a segment of shared memory. It is asked every now and then while the
/// run goes on, and once more in the first instants of an emergency, so that a run that ends by itself, or at once, is known as well as one that is
/// asked to end. What it finds is kept in the run's row, at most 200 of each watcher: a look returns all that it sees then. What comes and goes between two
/// looks is not seen; what is gone at the end, and not found again then, the run freed itself: the receipt is silent about it. To implement: it will not grow members.
/// </summary>
public interface IResourceWatcher : IResourceCleaner
{
    /// <summary>
    /// The pause between two looks at a run, from 250 ms to 1 h. The first looks come sooner. It grows where the looks would take more than 1 % of
    /// the time. Only the process that launched or took over the run looks.
    /// </summary>
    TimeSpan LookInterval { get; }
}
