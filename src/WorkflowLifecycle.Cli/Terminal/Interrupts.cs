using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Cli.Terminal;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP sent to this process. The first asks to stop, the second insists, and the third ends this process. A verb
/// that knows no second step leaves that to the system already. SIGHUP says that the terminal is gone: it asks, and never insists.
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
        interrupts.Register(PosixSignal.SIGINT, insists: true);
        interrupts.Register(PosixSignal.SIGTERM, insists: true);
        interrupts.Register(PosixSignal.SIGHUP, insists: false);
        return interrupts;
    }

    /// <summary>Counts one interrupt; false when nobody here handles it.</summary>
    /// <param name="insists">False for one that is not repeated on purpose: a shell and the kernel both tell that a terminal is gone.</param>
    public bool Raise(bool insists = true)
    {
        CancellationTokenSource raised;
        lock (_lock)
        {
            bool isRepeated = _raised is not null;
            if (isRepeated && (!insists || time.GetElapsedTime(_raised!.Value) < Echo))
            {
                return true;
            }

            if (isRepeated && (!HandlesSecond || _second.IsCancellationRequested))
            {
                return false;
            }

            _raised = time.GetTimestamp();
            raised = isRepeated ? _second : _first;
        }

        raised.Cancel();
        return true;
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

    private void Register(PosixSignal signal, bool insists) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = Raise(insists)));
}
