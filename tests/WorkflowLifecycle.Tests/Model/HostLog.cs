using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>What one host logs, into the history of its world.</summary>
internal sealed class HostLog(SimulatedHost host) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!host.IsDead)
        {
            host.World.Tell($"{host.Name}{host.Self.Pid}: {formatter(state, exception)} {exception?.Message}");
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() => host.World.Tell($"{host.Name} has ended its log");
}
