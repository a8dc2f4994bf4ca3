using System.Runtime.Versioning;
using System.Threading.Channels;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>A shim that waits at the gate.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PreparedRun : IPreparedRun
{
    // A shim does a dozen system calls before it answers; seconds mean that something is badly wrong, not that the machine is busy.
    private static readonly TimeSpan ShimLimit = TimeSpan.FromSeconds(10);

    private readonly LaunchMaterial _material;
    private readonly Machine _machine;
    private readonly TimeProvider _timeProvider;
    private readonly ShimConnection _channel;
    private readonly TaskCompletionSource<ShimMessage> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ExitNotice> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EndNotice?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HoldSignal> _signals = Channel.CreateBounded<HoldSignal>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private ExitNotice? _exit;
    private bool _gone;
    private ProcessIdentity? _shim;
    private HardeningInForce _hardening;

    public PreparedRun(LaunchMaterial material, Machine machine, TimeProvider timeProvider)
    {
        _material = material;
        _machine = machine;
        _timeProvider = timeProvider;
        _channel = new ShimConnection(material.Channel!, OnEvent);
        _ = WatchChannelAsync();
    }

    public ContainmentRecord Containment => new()
    {
        Strength = _material.Cgroup is null ? ContainmentStrength.Reaper : ContainmentStrength.CgroupAndReaper,
        RunDirectory = _material.Directory.Path,
        CgroupPath = _material.Cgroup?.Path,
        CgroupInode = _material.Cgroup?.Inode ?? 0,
        Shim = _shim,
        Hardening = _hardening.Hardening,
        OpenExits = OpenExits.At(_material.Cgroup is not null, _hardening),
    };

    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        ShimMessage first;
        try
        {
            first = await _ready.Task.WaitAsync(ShimLimit, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new LaunchFailedException(LaunchStage.Shim, "The shim did not answer. See 'workflowctl doctor'.", innerException: exception);
        }

        if (first.Type == ShimMessageType.Failed)
        {
            throw ShimFailures.Describe(first, _material.Spec);
        }

        if (_material.Spec.Hardening != Hardening.None)
        {
            _hardening = ReadHardening(first, _material.Spec.Hardening);
        }

        _shim = _material.Shim
            ?? throw new LaunchFailedException(LaunchStage.Shim, "The shim left before it was told to go. See 'workflowctl doctor'.");
    }

    public async Task<IHeldRun> GoAsync(CancellationToken cancellationToken = default)
    {
        // What the program makes is told from what was there before by its time of birth, held against the time of the row.
        if (_material.Spec.StampedFrom is { } stampedFrom)
        {
            await FileClock.PassAsync(stampedFrom, cancellationToken).ConfigureAwait(false);
        }

        ShimMessage? answer;
        try
        {
            answer = await _channel.RequestAsync(ShimMessageType.Go, default, cancellationToken).WaitAsync(ShimLimit, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new LaunchFailedException(LaunchStage.Shim, "The shim did not answer while it started the program. See 'workflowctl doctor'.", innerException: exception);
        }

        if (answer is null)
        {
            throw new LaunchFailedException(LaunchStage.Shim, "The shim left while it started the program. See 'workflowctl doctor'.");
        }

        if (answer.Type != ShimMessageType.Started)
        {
            throw ShimFailures.Describe(answer, _material.Spec);
        }

        // A program that exited at once is still a zombie of the shim or already collected; its identity is then by PID and shim alone.
        int pid = answer.Int32(0);
        // By now the number may be somebody else's, who would then be taken for the root program for ever.
        ProcessIdentity root = _machine.Identify(pid, IsOurs) ?? _shim! with { Pid = pid, PidfsHandle = null };
        _gone = true;
        return new HeldRun(_material, _channel, root, _exited.Task, _ended.Task, _signals.Reader);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_gone)
        {
            _gone = true;
            await _channel.DisposeAsync().ConfigureAwait(false);
            await Task.Run(_material.Discard).ConfigureAwait(false);
        }
    }

    // A child of the shim, or what was one while the shim lived.
    private bool IsOurs(ProcStat stat) => stat.ParentPid == _shim!.Pid || ProcessReader.NamesInEnvironment(stat.Pid, _material.Spec.InternalId);

    private static HardeningInForce ReadHardening(ShimMessage ready, Hardening asked)
    {
        HardeningInForce inForce = HardeningInForce.Read(ready, LinuxPlatform.CurrentUser().IsPrivileged);
        return inForce.Hardening == asked
            ? inForce
            : throw new LaunchFailedException(LaunchStage.Hardening, $"The shim was asked for {asked} and says {inForce.Hardening}. Reinstall WorkflowLifecycle.Processes.");
    }

    private void OnEvent(ShimMessage message)
    {
        switch (message.Type)
        {
            case ShimMessageType.Ready or ShimMessageType.Failed:
                _ready.TrySetResult(message);
                break;
            case ShimMessageType.Exit:
                _exit = ShimReadings.Exit(message);
                _exited.TrySetResult(_exit);
                break;
            case ShimMessageType.Empty:
                _ended.TrySetResult(ShimReadings.Empty(message, _exit));
                break;
            case ShimMessageType.Notify:
                _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.Notification, System.Text.Encoding.UTF8.GetString(message.Payload.Span)));
                break;
            case ShimMessageType.Output:
                _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.FirstOutput, string.Empty));
                break;
            default:
                // A newer shim may say more than we understand; the protocol lets clients ignore it.
                break;
        }
    }

    private async Task WatchChannelAsync()
    {
        await _channel.Closed.ConfigureAwait(false);
        _ready.TrySetException(new LaunchFailedException(LaunchStage.Shim, "The shim left before it was ready. See 'workflowctl doctor'."));
        _ = _ready.Task.Exception;
        _ended.TrySetResult(null);
        _exited.TrySetResult(new ExitNotice(null, null));
        _signals.Writer.TryComplete();
        if (_gone)
        {
            await Task.Run(_material.CollectShim).ConfigureAwait(false);
        }
    }
}
