namespace WorkflowLifecycle;

/// <summary>A directory that may hold announcements.</summary>
internal sealed record AnnouncementDirectory(string Path, bool IsTrusted);
