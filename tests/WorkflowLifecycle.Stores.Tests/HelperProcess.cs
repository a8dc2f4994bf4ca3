using System.Diagnostics;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>Another process that uses the store. Ended with the test, whatever happens.</summary>
internal sealed class HelperProcess : IAsyncDisposable
{
    private readonly Process _process;

    private HelperProcess(Process process) => _process = process;

    public static async Task<HelperProcess> StartAsync(params string[] arguments)
    {
        HelperProcess helper = StartBy(ProgramPath, arguments);
        Assert.Equal("ready", await helper.ReadLineAsync());
        return helper;
    }

    /// <summary>Starts the helper by way of another program.</summary>
    public static HelperProcess StartBy(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        return new HelperProcess(Process.Start(start)!);
    }

    public static string ProgramPath { get; } = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Stores.Tests.Helper");

    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>Gives it no input, and reads all that it says.</summary>
    public async Task<string> ReadToEndAsync()
    {
        _process.StandardInput.Close();
        return await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async Task GoAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
    }

    public void Kill() => _process.Kill();

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
