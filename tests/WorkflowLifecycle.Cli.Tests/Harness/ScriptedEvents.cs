using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Harness;

/// <summary>The event stream of a store, written by the test and taken one by one.</summary>
internal sealed class ScriptedEvents : IDisposable
{
    private readonly Channel<RunEvent> _events = Channel.CreateUnbounded<RunEvent>();
    private readonly SemaphoreSlim _taken = new(0);

    public ScriptedEvents(CommandLine cli) =>
        cli.Registry.WatchAsync(default, default).ReturnsForAnyArgs(call => ReadAsync(call.Arg<CancellationToken>()));

    /// <summary>Returns when whoever watches has done with it.</summary>
    public async Task TellAsync(string runId, string kind, string? message)
    {
        await _events.Writer.WriteAsync(new RunEvent { RunId = RunId.Parse(runId), Kind = kind, State = RunState.Stopping, At = Sample.Start, Message = message });
        await _taken.WaitAsync();
    }

    public void Dispose() => _taken.Dispose();

    private async IAsyncEnumerable<RunEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (RunEvent runEvent in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return runEvent;
            _taken.Release();
        }
    }
}
