using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>
/// SIGINT and SIGTERM sent to this process. The first asks to stop, the second insists. A verb that knows no second step leaves
/// it to the system, which then ends the process.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Second => _second.Token;

    /// <summary>Set by a verb that acts on <see cref="Second"/>.</summary>
    public bool HandlesSecond { get; set; }

    public static Interrupts OfProcess()
    {
        Interrupts interrupts = new();
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupts.OnSignal));
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupts.OnSignal));
        return interrupts;
    }

    /// <summary>Counts one interrupt; false when nobody here handles it.</summary>
    public bool Raise()
    {
        switch (Interlocked.Increment(ref _count))
        {
            case 1:
                _first.Cancel();
                return true;
            case 2:
                _second.Cancel();
                return HandlesSecond;
            default:
                return HandlesSecond;
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _first.Dispose();
        _second.Dispose();
    }

    private void OnSignal(PosixSignalContext context) => context.Cancel = Raise();
}
