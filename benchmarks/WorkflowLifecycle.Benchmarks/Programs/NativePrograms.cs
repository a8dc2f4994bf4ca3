using System.Diagnostics;

namespace WorkflowLifecycle.Benchmarks.Programs;

/// <summary>The C programs of the benchmarks, compiled once per run into a directory that goes with it.</summary>
internal sealed class NativePrograms : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wfl-benchmarks-");

    public NativePrograms()
    {
        Forest = Compile("forest");
        Subreaper = Compile("subreaper");
    }

    /// <summary>Makes trees.</summary>
    public string Forest { get; }

    /// <summary>The baseline: the least that ends a tree and knows that it is gone.</summary>
    public string Subreaper { get; }

    /// <summary>A path in a directory that is deleted at the end.</summary>
    public string NewPath(string name) => Path.Combine(_directory.FullName, $"{name}-{Guid.NewGuid():N}");

    public void Dispose() => _directory.Delete(recursive: true);

    private string Compile(string name)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Programs", name + ".c");
        string program = Path.Combine(_directory.FullName, name);
        using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-O2", "-static", "-o", program, source]) { RedirectStandardError = true })
            ?? throw new InvalidOperationException("gcc was not started.");
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : throw new InvalidOperationException($"gcc did not compile {name}.c: {errors}");
    }
}
