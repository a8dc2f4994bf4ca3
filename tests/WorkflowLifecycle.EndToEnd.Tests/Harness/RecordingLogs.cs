using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.EndToEnd.Tests;

/// <summary>Keeps what the engine logs.</summary>
internal sealed class RecordingLogs : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId.Id, logLevel, formatter(state, exception) + (exception is null ? string.Empty : "\n" + exception)));

    public void Dispose() => Entries.Enqueue((0, LogLevel.Trace, "disposed"));
}
