using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class Logs : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(int Id, string Text)> Entries { get; } = new();

    /// <summary>What happens when something of that id is logged; by default nothing.</summary>
    public Action<int> OnLog { get; set; } = static _ => { };

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        OnLog(eventId.Id);
        Entries.Enqueue((eventId.Id, formatter(state, exception)));
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() => Entries.Enqueue((0, "disposed"));
}
