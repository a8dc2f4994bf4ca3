using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Channels;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>
/// A tree that outlived the host that launched it, as the next host watches it: through its shim's control socket, which tells first what was
/// said meanwhile and then all that follows. A connection that is lost while the shim lives is made again.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class RejoinedRun : IHeldRun
{
    // A shim that is stopped, or has no connection free, may answer later; nobody is kept waiting by that.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    // A status of this length may have been cut by the shim, in the middle of what a redactor would recognize.
    private const int LongestWhole = 496;

    private readonly ContainmentRecord _held;
    private readonly RunDirectory _directory;
    private readonly ProcessIdentity _shim;
    private readonly Machine _machine;
    private readonly TimeProvider _timeProvider;
    private readonly TaskCompletionSource<ExitNotice> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EndNotice?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HoldSignal> _signals = Channel.CreateBounded<HoldSignal>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    private RejoinedRun(ContainmentRecord held, ProcessIdentity root, Machine machine, TimeProvider timeProvider)
    {
        _held = held;
        _directory = new RunDirectory(held.RunDirectory);
        _shim = held.Shim!;
        Root = root;
        _machine = machine;
        _timeProvider = timeProvider;
        _watching = Task.Run(WatchAsync);
    }

    public ProcessIdentity Root { get; }

    public Stream? StandardInput => null;

    public Stream? StandardOutput => null;

    public Stream? StandardError => null;

    public Task<ExitNotice> Exited => _exited.Task;

    public Task<EndNotice?> Ended => _ended.Task;

    public IAsyncEnumerable<HoldSignal> Signals => _signals.Reader.ReadAllAsync();

    /// <summary>Begins to watch.</summary>
    /// <returns>Null when nothing can be said of the root program: its launch was cut off, and no shim that answers knows it.</returns>
    public static async Task<IHeldRun?> JoinAsync(RunRecord run, Machine machine, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ProcessIdentity? root = run.Root ?? await FindRootAsync(run.Containment!, machine, timeProvider, cancellationToken).ConfigureAwait(false);
        return root is null ? null : new RejoinedRun(run.Containment!, root, machine, timeProvider);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static async Task<ProcessIdentity?> FindRootAsync(ContainmentRecord held, Machine machine, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ProcessIdentity shim = held.Shim!;
        (ShimControl? control, HoldStatus? status) =
            await ShimControl.ConnectAsync(new RunDirectory(held.RunDirectory), shim, machine, timeProvider, cancellationToken).ConfigureAwait(false);
        if (control is null)
        {
            return null;
        }

        await using (control.ConfigureAwait(false))
        {
            // One that has exited is nobody's number any more, or a zombie of the shim's: by PID and shim alone.
            return status!.RootPid == 0
                ? null
                : machine.Identify(status.RootPid, stat => stat.ParentPid == shim.Pid) ?? shim with { Pid = status.RootPid, PidfsHandle = null };
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            while (!_ended.Task.IsCompleted && _machine.Look(_shim) != ProcessPresence.Gone)
            {
                await WatchConnectionAsync().ConfigureAwait(false);
            }

            await ReadRecordsAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ended.TrySetResult(null);
        }
        finally
        {
            _exited.TrySetResult(new ExitNotice(null, null));
            _signals.Writer.TryComplete();
        }
    }

    // A shim leaves only once its word is in the records. Without one it was killed.
    private async Task ReadRecordsAsync()
    {
        if (_ended.Task.IsCompleted)
        {
            return;
        }

        if (ShimRecords.ReadExit(_directory.Path) is { } exit)
        {
            _exited.TrySetResult(exit);
        }

        RunContainment containment = new(_held, Root, _machine, _timeProvider);
        await using (containment.ConfigureAwait(false))
        {
            _ended.TrySetResult(await containment.WatchEndAsync(CancellationToken.None).ConfigureAwait(false));
        }
    }

    private async Task WatchConnectionAsync()
    {
        using EventQueue events = new(OnEvent);
        (ShimControl? control, HoldStatus? status) =
            await ShimControl.ConnectAsync(_directory, _shim, _machine, _timeProvider, _stop.Token, events.Take).ConfigureAwait(false);
        if (control is null)
        {
            await Task.Delay(RetryInterval, _timeProvider, _stop.Token).ConfigureAwait(false);
            return;
        }

        await using (control.ConfigureAwait(false))
        {
            Take(status!);
            events.Open();
            await Task.WhenAny(_ended.Task, control.Closed).WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    // What was said while nobody listened, in the words in which it was said.
    private void Take(HoldStatus status)
    {
        List<string> words =
        [
            .. status.IsReady ? ["READY=1"] : Array.Empty<string>(),
            .. status.StatusText is { } text && Encoding.UTF8.GetByteCount(text) < LongestWhole ? ["STATUS=" + text] : Array.Empty<string>(),
            .. status.IsStopping ? ["STOPPING=1"] : Array.Empty<string>(),
            .. status.WatchdogInterval > TimeSpan.Zero ? ["WATCHDOG_USEC=" + ((long)status.WatchdogInterval.TotalMicroseconds).ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        if (words.Count > 0)
        {
            _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.Notification, string.Join('\n', words)));
        }

        if (status.HasOutput)
        {
            _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.FirstOutput, string.Empty));
        }

        if (status.Exit is { } exit)
        {
            _exited.TrySetResult(exit);
        }

        if (status.End is { } end)
        {
            _ended.TrySetResult(end);
        }
    }

    private void OnEvent(ShimMessage message)
    {
        switch (message.Type)
        {
            case ShimMessageType.Exit:
                _exited.TrySetResult(ShimReadings.Exit(message));
                break;
            case ShimMessageType.Empty:
                _ended.TrySetResult(ShimReadings.Empty(message, _exited.Task.IsCompletedSuccessfully ? _exited.Task.Result : null));
                break;
            case ShimMessageType.Notify:
                _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.Notification, Encoding.UTF8.GetString(message.Payload.Span)));
                break;
            case ShimMessageType.Output:
                _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.FirstOutput, string.Empty));
                break;
            default:
                // A newer shim may say more than we understand; the protocol lets clients ignore it.
                break;
        }
    }
}
