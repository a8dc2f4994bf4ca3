using System.Buffers.Binary;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// A run's containment opened from outside: through its shim while that answers, through the cgroup when it does not, and by a sweep
/// without proof when there is neither.
/// </summary>
internal sealed class RunContainment : IContainment
{
    private const uint RootAlone = 0;
    private const uint WholeTree = 1;
    private const int LastSignal = 64;

    // A process that hands over to its child and exits may be missed by a look; it is not missed by many.
    private const int QuietLooks = 5;

    private static readonly TimeSpan HolderLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan StopLookInterval = TimeSpan.FromMilliseconds(20);

    private readonly ContainmentRecord _record;
    private readonly Machine _machine;
    private readonly TimeProvider _timeProvider;
    private readonly RunDirectory _directory;
    private readonly ProcessIdentity? _root;
    private readonly RunCgroup? _cgroup;
    private readonly bool _cgroupIsGone;

    // Under another boot, machine or PID namespace the paths and numbers of the record mean something else, or nothing.
    private readonly bool _isHere;
    private readonly ISweep _sweep;
    private readonly Action<EndingStep>? _at;
    private ShimControl? _control;
    private KillId _killId;
    private bool _endedDirectly;

    // The shim's answer to the order to end the tree; it comes within the limit of an answer, or is null then.
    private Task<ShimMessage?>? _order;

    public RunContainment(
        ContainmentRecord record, ProcessIdentity? root, Machine machine, TimeProvider timeProvider, Action<EndingStep>? at = null)
    {
        DescriptorReserve.Fill();
        _record = record;
        _machine = machine;
        _timeProvider = timeProvider;
        _root = root;
        _at = at;
        _directory = new RunDirectory(record.RunDirectory);
        _isHere = (record.Shim ?? root) is not { } known || machine.IsHomeOf(known);

        // A container shows a cgroup tree of its own: that the path is missing in it proves nothing of the machine's.
        _cgroup = record.CgroupPath is { } path && _isHere ? RunCgroup.Open(path, record.CgroupInode, out _cgroupIsGone) : null;
        // The directory is named by the number of the run.
        _sweep = IsAdopted
            ? new AdoptedSweep(root!, _directory, machine, at)
            : new SessionSweep(root, Path.GetFileName(record.RunDirectory), machine, at);
        Strength = record.Strength;
    }

    public ContainmentStrength Strength { get; private set; }

    // The program can take the journal away as well; whoever cleans frees the cgroup and the shim before.
    public bool IsCleaned => !_directory.HasJournal && !ShimIsThere && IsPopulated() != true;

    // No shim ever held it.
    private bool IsAdopted => _record.Shim is null && _root is not null;

    private ContainmentStrength WithoutHolder => _record.CgroupPath is not null ? ContainmentStrength.CgroupOnly : ContainmentStrength.BestEffort;

    private bool IsHeld(int shimPid) => shimPid > 0 || _cgroup is not null || _cgroupIsGone;

    private bool IsLockHeldInside() => LockHolders.IsAmong(
        Inspect(InspectionDepth.Members, HolderLimit).Processes.Select(process => process.Pid), _directory.LockPath, HolderLimit, _timeProvider);

    private bool ShimIsThere => _record.Shim is { } shim && _machine.Look(shim) == ProcessPresence.Present;

    private bool IsOrderRefused => _order is { IsCompletedSuccessfully: true, Result: not { Type: ShimMessageType.Done } };

    private bool ShimIsStopped => ShimIsThere && ProcessReader.TryReadStat(_record.Shim!.Pid, out ProcStat stat) && stat.State is ('T' or 't');

    public async Task<IDisposable?> LockAsync(CancellationToken cancellationToken = default) =>
        await KillLock.TakeAsync(_directory, IsLockHeldInside, _timeProvider, cancellationToken).ConfigureAwait(false);

    public async Task<HoldStatus?> ConnectAsync(CancellationToken cancellationToken = default)
    {
        HoldStatus? status = null;
        if (_control is null && _record.Shim is { } shim)
        {
            (_control, status) = await ShimControl.ConnectAsync(_directory, shim, _machine, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        Strength = _control is not null ? _record.Strength : WithoutHolder;
        return status ?? ReadStatus();
    }

    public int Count(InspectionDepth depth)
    {
        int shimPid = _isHere && ShimIsThere ? _record.Shim!.Pid : 0;
        return _isHere ? Reader(shimPid).Count(depth, SessionOf(shimPid)) : 0;
    }

    public ProcessListing Inspect(InspectionDepth depth, TimeSpan limit)
    {
        if (!_isHere)
        {
            return ProcessListing.Empty;
        }

        int shimPid = ShimIsThere ? _record.Shim!.Pid : 0;
        ProcessListing listing = Reader(shimPid).Read(depth, limit, SessionOf(shimPid));
        return listing with { Truncated = listing.Truncated || !(IsHeld(shimPid) || _sweep.IsSure) };
    }

    public async Task<bool> FreezeAsync(TimeSpan lease, CancellationToken cancellationToken = default)
    {
        await WakeAsync(cancellationToken).ConfigureAwait(false);
        return _control is not null
            && await new TreeFreezer(_control, _timeProvider).FreezeAsync(lease, _record.CgroupPath is not null, _cgroup, cancellationToken).ConfigureAwait(false);
    }

    public async Task ThawAsync(CancellationToken cancellationToken = default)
    {
        if (_control is not null)
        {
            await new TreeFreezer(_control, _timeProvider).ThawAsync(cancellationToken).ConfigureAwait(false);
        }

        ThawWithoutShim();
    }

    public async Task<int> SignalAsync(int signal, SignalScope scope, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signal, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(signal, LastSignal);
        await WakeAsync(cancellationToken).ConfigureAwait(false);
        if (_control is not null)
        {
            byte[] payload = new byte[12];
            BinaryPrimitives.WriteInt32LittleEndian(payload, signal);
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), scope == SignalScope.MainProcess ? RootAlone : WholeTree);
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(8), (uint)Math.Clamp(patience.TotalMilliseconds, 0, uint.MaxValue));
            ShimMessage? answer = await _control.AskAsync(ShimMessageType.Signal, payload, cancellationToken).ConfigureAwait(false);
            if (answer is { Type: ShimMessageType.Signalled })
            {
                return answer.Int32(0);
            }
        }

        int[] signals = ContinuingSignals.After(signal);
        int signalled = scope == SignalScope.MainProcess
            ? SendToRoot(signals)
            : SendDirectly(Inspect(InspectionDepth.Members, TimeSpan.FromSeconds(1)), signals);
        ThawWithoutShim();
        return signalled;
    }

    public async Task<TimeSpan> ReadExtensionAsync(CancellationToken cancellationToken = default)
    {
        ShimMessage? answer = _control is null ? null : await _control.AskAsync(ShimMessageType.Status, default, cancellationToken).ConfigureAwait(false);
        if (answer is not { Type: ShimMessageType.StatusReply } || ShimReadings.Status(answer) is not { ExtendTimeout.Ticks: > 0 } status || BootClock.Read() is not { } now)
        {
            return TimeSpan.Zero;
        }

        // The program may ask for any time: added to another one it could leave the range.
        TimeSpan passed = now > status.ExtendAskedAt ? now - status.ExtendAskedAt : TimeSpan.Zero;
        TimeSpan left = status.ExtendTimeout - passed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public async Task EndAsync(KillId killId, CancellationToken cancellationToken = default)
    {
        _killId = killId;
        await WakeAsync(cancellationToken).ConfigureAwait(false);
        if (_control is not null)
        {
            // Its answer is not waited for: the end itself is the better one, and WaitForEndAsync goes on without a shim that gives neither.
            _order = _control.AskAsync(ShimMessageType.End, killId.ToByteArray(), CancellationToken.None);
            return;
        }

        // From here on the cgroup alone holds the tree, or nothing does.
        Strength = WithoutHolder;
        _ = EndDirectly();
    }

    public async Task<EndNotice?> WatchEndAsync(CancellationToken cancellationToken = default) =>
        (_control is null ? null : await _control.Ended.WaitAsync(cancellationToken).ConfigureAwait(false)) ?? ReadEndRecord();

    public bool? IsPopulated() => _cgroup is not null ? _cgroup.IsPopulated() : _cgroupIsGone ? false : null;

    public async Task<EndNotice?> WaitForEndAsync(CancellationToken cancellationToken = default)
    {
        // The shim's word is checked against the kernel's where there is a cgroup: two witnesses that do not know each other.
        if (await WaitForHolderAsync(cancellationToken).ConfigureAwait(false) is { } notice
            && (_record.CgroupPath is null || IsPopulated() == false))
        {
            // What we ended ourselves, the shim does not count.
            return _endedDirectly && notice.ForcedKills == 0 ? notice with { ForcedKills = 1 } : notice;
        }

        Strength = WithoutHolder;
        return _record.CgroupPath is not null
            ? await WaitForCgroupAsync(cancellationToken).ConfigureAwait(false)
            : await SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<CleanupResult>> CleanAsync(bool keepOutput, CancellationToken cancellationToken = default)
    {
        ContainmentCleaner cleaner = new(_record, _directory, _machine, _timeProvider);
        return await cleaner.CleanAsync(_control, keepOutput, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<JournalEntry> ReadJournal() => ShimJournal.Read(_directory.Path);

    public IReadOnlyList<string> DiscardRecords(bool keepOutput) =>
        new ContainmentCleaner(_record, _directory, _machine, _timeProvider).DiscardRecords(keepOutput);

    public async ValueTask DisposeAsync()
    {
        _cgroup?.Dispose();
        DescriptorReserve.Fill();
        if (_control is not null)
        {
            await _control.DisposeAsync().ConfigureAwait(false);
        }
    }

    private TreeReader Reader(int shimPid) => new(_cgroup, shimPid, _root?.Pid ?? 0, _timeProvider, _at);

    private IReadOnlyList<ProcessSnapshot> SessionOf(int shimPid) => IsHeld(shimPid) ? [] : _sweep.FindLiving();

    private HoldStatus? ReadStatus() => (ReadEndRecord() ?? ReadNeverStarted()) is { } end
        ? new HoldStatus { IsEmpty = true, RootExited = true, HostGone = true, End = end }
        : null;

    private async Task<EndNotice?> WaitForHolderAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task waking = KeepAwakeAsync(over.Token);
        try
        {
            return await EndWithHolderAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await waking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // While the shim lives, whoever is left is below it, outside the cgroup as well. The tree may have taken all its connections, stop it
    // again and again, or have deleted its socket: whatever is seen is ended, and the shim is asked again once that is gone.
    private async Task<EndNotice?> EndWithHolderAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20), _timeProvider);
        for (int quiet = 0; ;)
        {
            if (await WatchEndBrieflyAsync(cancellationToken).ConfigureAwait(false) is { } notice)
            {
                return notice;
            }

            if (!ShimIsThere || quiet == QuietLooks)
            {
                return ReadEndRecord();
            }

            bool found = EndDirectly();
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);

            // A shim that answers and does not say "empty" still has a child, if only a zombie that a debugger holds: its word is waited for.
            bool answers = await AskAgainAsync(cancellationToken).ConfigureAwait(false);
            quiet = found || answers ? 0 : quiet + 1;
        }
    }

    // Nobody ends more of a tree than its shim in the moments that the tree leaves it.
    private async Task KeepAwakeAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(StopLookInterval, _timeProvider, cancellationToken).ConfigureAwait(false);
        using PeriodicTimer timer = new(WakeInterval, _timeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (ShimIsStopped)
            {
                _ = _machine.Signal(_record.Shim!, Libc.SignalContinue);
            }
        }
    }

    // A shim that works is given time. One that the tree stops again and again is woken as often, or the ceiling passes with waiting.
    private async Task<EndNotice?> WatchEndBrieflyAsync(CancellationToken cancellationToken)
    {
        Task<EndNotice?> end = WatchEndAsync(cancellationToken);
        long started = _timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await end.WaitAsync(StopLookInterval, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (ShimIsStopped || IsOrderRefused || _timeProvider.GetElapsedTime(started) >= SilenceLimit)
                {
                    return null;
                }
            }
        }
    }

    private async Task<bool> AskAgainAsync(CancellationToken cancellationToken)
    {
        if (_control is not null)
        {
            await _control.DisposeAsync().ConfigureAwait(false);
            _control = null;
        }

        _order = null;
        await WakeAsync(cancellationToken).ConfigureAwait(false);
        if (_control is not null)
        {
            return await _control.AskAsync(ShimMessageType.End, _killId.ToByteArray(), cancellationToken).ConfigureAwait(false) is { Type: ShimMessageType.Done };
        }

        Strength = WithoutHolder;
        return false;
    }

    // A shim that was stopped is the better witness once it goes on; one that hangs is done without.
    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        if (_control is null && _record.Shim is { } shim && _machine.Signal(shim, Libc.SignalContinue))
        {
            await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A record counts only when its writer is gone: while the shim lives, it is asked. The program can write one too, but it cannot make
    // the kernel say that its cgroup is empty.
    private EndNotice? ReadEndRecord() => ShimIsThere || IsPopulated() == true ? null : ShimRecords.ReadEmpty(_directory.Path);

    // A shim takes its socket away when it leaves, not when it is killed. One that left without a record of any end had nothing to hold:
    // its host was gone before the gate opened.
    private EndNotice? ReadNeverStarted() =>
        _root is null && _record.Shim is { } shim && _machine.Look(shim) == ProcessPresence.Gone && _directory.Exists
            && !File.Exists(_directory.ControlSocketPath) && ShimRecords.ReadExit(_directory.Path) is null
            ? new EndNotice { Proof = EndProof.NeverStarted }
            : null;

    // True when somebody was there, and was sent SIGKILL.
    private bool EndDirectly()
    {
        if (_cgroup is not null)
        {
            _ = _cgroup.Kill();
        }

        bool found = IsHeld(ShimIsThere ? _record.Shim!.Pid : 0) ? EndListed() : _isHere && _sweep.KillOnce() > 0;

        // Nobody is above an adopted tree: who walked out of its cgroup is known by having been taken in.
        found |= IsAdopted && _cgroup is not null && _sweep.KillOnce() > 0;
        _endedDirectly |= found;
        return found;
    }

    private bool HasWalkers() => IsAdopted && _isHere && _sweep.FindLiving().Count > 0;

    private bool EndListed()
    {
        ProcessListing listing = Inspect(InspectionDepth.Members, TimeSpan.FromSeconds(1));
        _ = SendDirectly(listing, Libc.SignalStop, Libc.SignalKill);
        return listing.Truncated || listing.Processes.Any(process => process.State is not ('Z' or 'X'));
    }

    // A look that failed finds nobody, which must not pass for an end.
    private bool CannotTell() =>
        !_sweep.IsSure || (_record.Shim is { } shim && _machine.Look(shim) == ProcessPresence.Unknown) || (_root is not null && _machine.Look(_root) == ProcessPresence.Unknown);

    private int SendToRoot(ReadOnlySpan<int> signals)
    {
        if (_root is null || !_machine.Signal(_root, signals[0]))
        {
            return 0;
        }

        foreach (int following in signals[1..])
        {
            _ = _machine.Signal(_root, following);
        }

        return 1;
    }

    // A shim that is killed while its tree is frozen takes the lease with it.
    private void ThawWithoutShim()
    {
        if (_cgroup is not null && _record.Shim is not null && !ShimIsThere)
        {
            FrozenCgroup.Thaw(_cgroup);
        }
    }

    private int SendDirectly(ProcessListing listing, params ReadOnlySpan<int> signals) => IsHeld(ShimIsThere ? _record.Shim!.Pid : 0)
        ? DirectSignals.Send(listing.Processes, new TreeMembership(_cgroup, _record.Shim, _machine), _at, signals)
        : _sweep.Send(signals);

    private async Task<EndNotice> WaitForCgroupAsync(CancellationToken cancellationToken)
    {
        // Sampled: notifications of cgroup.events come as much as 10 ms after the change, and only a re-read is the truth.
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5), _timeProvider);
        bool forced = false;
        while (IsPopulated() != false || HasWalkers())
        {
            forced = true;
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            _ = EndDirectly();
        }

        return new EndNotice
        {
            Proof = EndProof.CgroupEmpty,
            ForcedKills = forced || _endedDirectly ? 1 : 0,
            Cause = EndCause.Kill,
            Exit = ShimRecords.ReadExit(_directory.Path),
        };
    }

    private async Task<EndNotice?> SweepAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20), _timeProvider);
        while (_sweep.KillOnce() > 0 || CannotTell())
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }

        return null;
    }
}
