using System.Diagnostics;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>A process beside the tests whose lines are read.</summary>
internal sealed class HelperProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    public HelperProcess(string directory, string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    public static string HostProgram { get; } = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.EndToEnd.Tests.Host");

    public int Pid => _process.Id;

    /// <summary>The next line that starts so, without that start.</summary>
    public async Task<string> ReadAsync(string start, TimeSpan? patience = null)
    {
        List<string> others = [];
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(patience ?? Limit) is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line[start.Length..].TrimStart();
            }

            others.Add(line);
        }

        throw new InvalidOperationException($"{_process.StartInfo.FileName} ended without a line '{start}': {string.Join('\n', others)}");
    }

    /// <summary>What it said and nobody read, of a process that ended.</summary>
    public Task<string> ReadAllAsync() => _process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);

    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        await _process.WaitForExitAsync().WaitAsync(patience ?? Limit);
        return _process.ExitCode;
    }

    /// <summary>kill -9, and nothing else that would give it time.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
