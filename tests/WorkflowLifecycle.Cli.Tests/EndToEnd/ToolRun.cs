using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>A process of a test, read while it runs.</summary>
internal sealed class ToolRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _lock = new();
    private readonly Task _reading;

    public ToolRun(string directory, string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        // A shell ignores SIGINT for what it runs in the background, and that is inherited: here it must not depend on who runs the tests.
        ProcessStartInfo start = new("env", ["--default-signal=INT,HUP", program, .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = Path.GetDirectoryName(Program) + ":" + start.Environment["PATH"];
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _out), ReadAsync(_process.StandardError, _error));
    }

    /// <summary>The built tool beside the tests, or the published one that the variable WORKFLOWCTL_UNDER_TEST names.</summary>
    public static string Program { get; } =
        Environment.GetEnvironmentVariable("WORKFLOWCTL_UNDER_TEST") is { Length: > 0 } published
            ? published
            : Path.Combine(AppContext.BaseDirectory, "workflowctl");

    public string Out => Text(_out);

    public string Error => Text(_error);

    public int ProcessId => _process.Id;

    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Types, and closes the input.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    /// <summary>Types, and may go on typing.</summary>
    public async Task PressAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until a text was written to either stream.</summary>
    public async Task SaysAsync(string text)
    {
        while (!Out.Contains(text, StringComparison.Ordinal) && !Error.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_reading.IsCompleted, $"It ended without saying '{text}': {Out}{Error}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public Task<ToolResult> WaitAsync() => WaitAsync(TestContext.Current.CancellationToken);

    public async Task<ToolResult> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
        return new ToolResult(_process.ExitCode, Out, Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Text(StringBuilder text)
    {
        lock (_lock)
        {
            return text.ToString();
        }
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        char[] buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            lock (_lock)
            {
                text.Append(buffer, 0, count);
            }
        }
    }
}
