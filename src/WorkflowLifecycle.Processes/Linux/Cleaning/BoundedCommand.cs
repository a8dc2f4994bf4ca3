using System.Diagnostics;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Runs a program to its end, bounded in time and output. No shell, no input.</summary>
internal static class BoundedCommand
{
    private const int SignalKill = 9;

    /// <summary>Runs it; whether it failed is for the caller to say.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its environment; null for this process's own.</param>
    /// <param name="mostOutput">The longest output, in characters.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">It could not be started, or printed too much.</exception>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, int mostOutput, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach ((string name, string value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        using Process process = Start(start);
        ProcessIdentity? identity = Machine.Read().Identify(process.Id);
        try
        {
            process.StandardInput.Close();
            Task<string> output = ReadAsync(process.StandardOutput, mostOutput, cancellationToken);
            Task<string> error = ReadAsync(process.StandardError, mostOutput, cancellationToken);

            // One that has printed too much goes on for ever: the other is not waited for then.
            await (await Task.WhenAny(output, error).ConfigureAwait(false)).ConfigureAwait(false);
            await Task.WhenAll(output, error).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        finally
        {
            // Where the time was up it is still there.
            if (identity is not null)
            {
                Machine.Read().Signal(identity, SignalKill);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"{start.FileName} could not be started: {exception.Message}", exception);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, int most, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        char[] buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (text.Length + read > most)
            {
                throw new IOException($"it printed more than {most >> 20} MiB");
            }

            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
