using System.Globalization;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;
using WorkflowLifecycle.ManagedStacks.Tracing;

namespace WorkflowLifecycle.ManagedStacks;

/// <summary>The managed stacks of one process, or why there are none.</summary>
internal sealed record ProcessStacks
{
    private const int MostFrames = 50;

    public static ProcessStacks Late { get; } = new() { Problem = "did not answer in time: it is stopped, or busy, or too large a program" };

    public static ProcessStacks Gone { get; } = new() { Problem = "exited meanwhile" };

    private Version? RuntimeVersion { get; init; }

    private IReadOnlyList<TracedThread> Threads { get; init; } = [];

    private string? Problem { get; init; }

    /// <summary>Asks a process. Does not throw.</summary>
    public static async Task<ProcessStacks> TakeAsync(int pid, TimeProvider timeProvider, CancellationToken end)
    {
        try
        {
            using TraceBuffer trace = await ProcessTrace.TakeAsync(pid, timeProvider, end).ConfigureAwait(false);
            TracedProcess traced = TraceReader.Read(trace.Bytes);
            return new ProcessStacks { RuntimeVersion = traced.RuntimeVersion, Threads = [.. traced.Threads] };
        }
        catch (Exception exception)
        {
            // One process that cannot be asked must not cost the others, whatever the library makes of it.
            return end.IsCancellationRequested ? Late : new ProcessStacks { Problem = Explain(exception) };
        }
    }

    private static string Explain(Exception exception) => exception switch
    {
        ServerNotAvailableException { InnerException: SocketException { SocketErrorCode: SocketError.AccessDenied } } or UnauthorizedAccessException => "no permission: its own user, and root, may ask it",
        ServerNotAvailableException { InnerException: null } => "offers no diagnostics port that can be found: DOTNET_EnableDiagnostics=0, compiled ahead of time, or another user's",
        ServerNotAvailableException => "does not listen at its diagnostics port",
        ServerErrorException => "its runtime refused a trace",
        InvalidDataException => $"what it answered cannot be read: {exception.Message}",
        IOException or SocketException => "broke off: it exited, or closed its diagnostics port",
        _ => $"cannot be asked ({exception.GetType().Name})",
    };

    /// <summary>Lines for people.</summary>
    /// <param name="process">Whose they are.</param>
    /// <param name="most">How many lines there may be.</param>
    public IEnumerable<string> Describe(ProcessSnapshot process, int most)
    {
        string who = string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.Name}");
        if (Problem is not null)
        {
            return [$"{who}: {Problem}"];
        }

        string head = string.Create(CultureInfo.InvariantCulture, $"{who}: .NET {(RuntimeVersion is { } version ? version.ToString(3) : "of an unknown version")}, {Threads.Count} managed threads");
        List<string> lines = [head, .. Threads.GroupBy(static thread => (thread.IsManaged, string.Join('\n', thread.Frames))).SelectMany(DescribeThreads)];
        return lines.Count <= most ? lines : [.. lines.Take(most - 1), string.Create(CultureInfo.InvariantCulture, $"  ... {lines.Count - most + 1} lines more")];
    }

    // The workers of a pool stand at the same place.
    private static IEnumerable<string> DescribeThreads(IEnumerable<TracedThread> alike)
    {
        TracedThread[] threads = [.. alike];
        string numbers = string.Join(", ", threads.Select(static thread => thread.Id.ToString(CultureInfo.InvariantCulture)));
        yield return $"  {(threads.Length == 1 ? "thread" : "threads")} {numbers}, {(threads[0].IsManaged ? "running" : "waiting, or in native code")}:";
        foreach (string frame in threads[0].Frames.Take(MostFrames))
        {
            yield return "    " + frame;
        }

        if (threads[0].Frames.Count > MostFrames)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"    ... {threads[0].Frames.Count - MostFrames} frames more");
        }
    }
}
