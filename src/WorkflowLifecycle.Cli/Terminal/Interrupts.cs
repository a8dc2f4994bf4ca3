using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>
/// SIGINT and SIGTERM sent to this process. The first asks to stop, the second insists. A verb that knows no second step leaves
/// it to the system, which then ends the process.
/// </summary>
internal sealed class Interrupts(TimeProvider time) : IDisposable
{
    // timeout(1), npm and the like pass a signal on that the whole process group got already: that is one interrupt, not two.
    private static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private long? _raised;

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Second => _second.Token;

    /// <summary>Set by a verb that acts on <see cref="Second"/>.</summary>
    public bool HandlesSecond { get; set; }

    public static Interrupts OfProcess(TimeProvider time)
    {
        Interrupts interrupts = new(time);
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupts.OnSignal));
        interrupts._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupts.OnSignal));
        return interrupts;
    }

    /// <summary>Counts one interrupt; false when nobody here handles it.</summary>
    public bool Raise()
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = _raised is null;
            if (!isFirst && time.GetElapsedTime(_raised!.Value) < Echo)
            {
                return true;
            }

            _raised ??= time.GetTimestamp();
        }

        (isFirst ? _first : _second).Cancel();
        return isFirst || HandlesSecond;
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
