namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Where the shim's program may lie when the kernel refuses executable memory files, best first.</summary>
internal static class ShimPlaces
{
    /// <summary>The directory of runs, which is ours alone, then those that everybody may write in: a file without a name is ours there too.</summary>
    public static IReadOnlyList<string> Below(string runs) =>
        [.. new[] { runs, "/dev/shm", Path.GetTempPath().TrimEnd('/'), "/var/tmp" }.Distinct(StringComparer.Ordinal)];
}
