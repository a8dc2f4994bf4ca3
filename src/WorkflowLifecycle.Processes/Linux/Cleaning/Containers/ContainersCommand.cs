using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Containers;

/// <summary>Asks a client of a container engine.</summary>
internal static class ContainersCommand
{
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
    public static Task<(int ExitCode, string Output, string Error)> TryAsync(ContainerClient client, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        BoundedCommand.RunAsync(client.Path, [.. client.Arguments, .. arguments], environment: null, MostOutput, cancellationToken);
}
