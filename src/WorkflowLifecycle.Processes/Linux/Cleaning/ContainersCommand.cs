using System.Diagnostics;
using System.Globalization;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Runs a client of a container engine, bounded in time and output. No shell, no input, nothing of a run's directory.</summary>
internal static class ContainersCommand
{
    private const int SignalKill = 9;
    private const int MostOutput = 1024 * 1024;
    private const int LongestError = 200;

    /// <summary>Runs it to its end; what it printed.</summary>
    /// <exception cref="IOException">It failed; the message says what it said.</exception>
    public static async Task<string> RunAsync(ContainerClient client, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        (int exitCode, string output, string error) = await TryAsync(client, arguments, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? output
            : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{client.Path} failed ({exitCode}): {VisibleText.Of(error, LongestError)}"));
    }

    /// <summary>As <see cref="RunAsync"/>; that it failed is no exception.</summary>
    /// <exception cref="IOException">It could not be run.</exception>
    public static async Task<(int ExitCode, string Output, string Error)> TryAsync(ContainerClient client, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(client.Path, [.. client.Arguments, .. arguments])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Start(start, client);
        ProcessIdentity? identity = Machine.Read().Identify(process.Id);
        try
        {
            process.StandardInput.Close();
            Task<string> output = ReadAsync(process.StandardOutput, cancellationToken);
            Task<string> error = ReadAsync(process.StandardError, cancellationToken);

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

    private static Process Start(ProcessStartInfo start, ContainerClient client)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"{client.Path} could not be started: {exception.Message}", exception);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        char[] buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (text.Length + read > MostOutput)
            {
                throw new IOException("it printed more than a MiB");
            }

            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
