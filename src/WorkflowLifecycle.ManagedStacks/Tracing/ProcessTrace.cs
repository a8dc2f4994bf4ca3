using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>
/// Asks the runtime of a process for a short trace, through the port that it offers. The runtime stops its own threads for each sample, as it does
/// for a collection, and goes on by itself whoever is no longer there to listen.
/// </summary>
internal static class ProcessTrace
{
    private const string Sampler = "Microsoft-DotNETCore-SampleProfiler";

    // What names methods, precompiled ones too, and not where their lines are.
    private const long MethodNames = 0x8 | 0x10 | 0x20 | 0x100;

    private const int BufferMegabytes = 16;
    private const int Chunk = 64 * 1024;

    // It samples every few milliseconds.
    private static readonly TimeSpan _sampling = TimeSpan.FromMilliseconds(15);

    /// <summary>Takes it.</summary>
    /// <exception cref="ServerNotAvailableException">Nobody answers.</exception>
    /// <exception cref="ServerErrorException">The runtime refused.</exception>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    /// <exception cref="IOException">It went away meanwhile.</exception>
    public static async Task<TraceBuffer> TakeAsync(int pid, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        EventPipeSession session = await StartAsync(new DiagnosticsClient(pid), cancellationToken).ConfigureAwait(false);

        // The stream alone: the session asks the process a last time when it is disposed, and a silent one would keep the thread for ever.
        // Whoever is not heard any more ends the session by that.
        using Stream stream = session.EventStream;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TraceBuffer trace = new();
        try
        {
            Task reading = ReadAsync(stream, trace, over.Token);
            Task stopping = StopAsync(session, timeProvider, over.Token);
            Observe(reading);
            Observe(stopping);

            // The answer to the wish comes after the last name, and not at all when those were too many.
            await (await Task.WhenAny(reading, stopping).ConfigureAwait(false)).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            return trace;
        }
        catch
        {
            trace.Dispose();
            throw;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<EventPipeSession> StartAsync(DiagnosticsClient client, CancellationToken cancellationToken)
    {
        EventPipeProvider[] providers = [new(Sampler, EventLevel.Informational)];
        try
        {
            return await client.StartEventPipeSessionAsync(new EventPipeSessionConfiguration(providers, BufferMegabytes, MethodNames), cancellationToken).ConfigureAwait(false);
        }
        catch (UnsupportedCommandException)
        {
            // Runtimes before .NET 9 choose themselves what they name, which is more.
            return await client.StartEventPipeSessionAsync(new EventPipeSessionConfiguration(providers, BufferMegabytes), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task StopAsync(EventPipeSession session, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        await Task.Delay(_sampling, timeProvider, cancellationToken).ConfigureAwait(false);
        await session.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    // Where one of two fails, nobody looks at the other.
    private static void Observe(Task task) =>
        _ = task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static async Task ReadAsync(Stream stream, TraceBuffer trace, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[Chunk];
        int length;
        while ((length = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            trace.Add(chunk.AsSpan(0, length));
        }
    }
}
