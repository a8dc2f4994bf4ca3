namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>A file of the repository, by its path from the root.</summary>
internal sealed record TrackedFile(string Path)
{
    private static readonly string[] _binary = [".png", ".bin", ".gif", ".ico", ".elf"];

    private string? _text;

    public string FullPath => System.IO.Path.Combine(Repository.Root, Path);

    public string Name => System.IO.Path.GetFileName(Path);

    public string Text => _text ??= File.ReadAllText(FullPath);

    public string[] Lines => Text.Split('\n');

    public bool IsText => !_binary.Contains(System.IO.Path.GetExtension(Path), StringComparer.Ordinal) && !Text.Contains('\0', StringComparison.Ordinal);

    public override string ToString() => Path;
}
