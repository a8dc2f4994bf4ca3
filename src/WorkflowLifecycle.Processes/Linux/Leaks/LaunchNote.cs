using System.Runtime.Versioning;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>How things were at a launch.</summary>
/// <param name="Host">The host, and what the machine has of its user.</param>
/// <param name="Cgroups">The cgroups with our naming.</param>
/// <param name="SystemV">The System V objects.</param>
/// <param name="Number">Of the launches of this host, which.</param>
/// <param name="Others">How many other runs of this host were there.</param>
/// <param name="TakenAt">When, by the clock's timestamp.</param>
[SupportedOSPlatform("linux")]
internal sealed record LaunchNote(HostSnapshot Host, CgroupNames Cgroups, SystemVNames SystemV, int Number, int Others, long TakenAt);
