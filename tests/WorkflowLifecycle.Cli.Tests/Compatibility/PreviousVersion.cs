using System.IO.Compression;

namespace WorkflowLifecycle.Cli.Tests.Compatibility;

/// <summary>The tool and the test host as they were when the schema had that version. What is not of this repository is lent from today's build.</summary>
internal sealed class PreviousVersion : IDisposable
{
    private const string Host = "WorkflowLifecycle.EndToEnd.Tests.Host";

    private readonly string _directory;

    public PreviousVersion(int schema)
    {
        _directory = Directory.CreateTempSubdirectory($"workflowctl-schema-{schema}-").FullName;
        ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "compatibility", $"schema-{schema}.zip"), _directory);
        string system = OperatingSystem.IsLinux() ? "linux-" + System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant() : "none";
        string native = Path.Combine(AppContext.BaseDirectory, "runtimes", system, "native");
        string[] lent = [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll"), .. Directory.GetFiles(native)];
        foreach (string file in lent.Concat([HostOf(AppContext.BaseDirectory), ToolOf(AppContext.BaseDirectory)]))
        {
            string kept = Path.Combine(_directory, Path.GetFileName(file));
            if (!File.Exists(kept) && (!Path.GetFileName(file).StartsWith("WorkflowLifecycle.", StringComparison.Ordinal) || !file.EndsWith(".dll", StringComparison.Ordinal)))
            {
                File.Copy(file, kept);
            }
        }
    }

    /// <summary>The versions that are kept.</summary>
    public static IEnumerable<int> Kept { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "compatibility"), "schema-*.zip")
            .Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)["schema-".Length..], System.Globalization.CultureInfo.InvariantCulture)).Order()];

    public string HostProgram => HostOf(_directory);

    public string ToolProgram => ToolOf(_directory);

    public static string HostOf(string directory) => Path.Combine(directory, Host);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string ToolOf(string directory) => Path.Combine(directory, "workflowctl");
}
