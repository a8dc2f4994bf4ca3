namespace WorkflowLifecycle;

/// <summary>An announcement of a process that is alive.</summary>
/// <param name="Announcement">What it says.</param>
/// <param name="IsTrusted">
/// True when only this user or root could have written it. What anybody else says is to be shown, never to be followed:
/// a store names the processes that a kill ends.
/// </param>
public sealed record AnnouncedStore(StoreAnnouncement Announcement, bool IsTrusted);
