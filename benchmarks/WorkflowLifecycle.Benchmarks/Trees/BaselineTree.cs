using System.Diagnostics;
using System.Globalization;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>A tree held by the bare C subreaper.</summary>
internal sealed class BaselineTree : IDisposable
{
    private readonly Process _subreaper;

    private BaselineTree(Process subreaper) => _subreaper = subreaper;

    public static async Task<BaselineTree> LaunchAsync(string subreaper, string forest, string cgroup, TreeSpec tree)
    {
        ProcessStartInfo start = new(subreaper, [cgroup, forest, .. tree.Arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        BaselineTree launched = new(Process.Start(start) ?? throw new InvalidOperationException("The subreaper was not started."));
        await TreeReadiness.WaitAsync(tree);
        return launched;
    }

    /// <summary>Ends the tree; how long that took by the subreaper's own clock, in milliseconds.</summary>
    public async Task<double> EndAsync()
    {
        await _subreaper.StandardInput.WriteLineAsync("end");
        await _subreaper.StandardInput.FlushAsync();
        string answer = await _subreaper.StandardOutput.ReadToEndAsync();
        await _subreaper.WaitForExitAsync();
        return long.TryParse(answer, CultureInfo.InvariantCulture, out long nanoseconds) && nanoseconds >= 0 && _subreaper.ExitCode == 0
            ? nanoseconds / 1e6
            : throw new InvalidOperationException($"The baseline failed: '{answer}', exit code {_subreaper.ExitCode}.");
    }

    public void Dispose() => _subreaper.Dispose();
}
