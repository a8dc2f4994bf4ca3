using System.Buffers.Binary;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// Freezes a tree through its shim, so that it thaws by itself when this process dies: the lease is the shim's, and ends with the connection.
/// </summary>
internal sealed class TreeFreezer(ShimControl control, TimeProvider timeProvider)
{
    // The shim gives up after 200 ms and says so; the rest is for a busy machine.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CarriedOutLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Freezes the tree.</summary>
    /// <param name="lease">How long, at most.</param>
    /// <param name="hasCgroup">The run has a cgroup.</param>
    /// <param name="cgroup">The cgroup, where it can be opened.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is left frozen.</param>
    /// <returns>True once every process stands still; false when nothing is left frozen.</returns>
    public async Task<bool> FreezeAsync(TimeSpan lease, bool hasCgroup, RunCgroup? cgroup, CancellationToken cancellationToken)
    {
        bool isSettled = false;
        try
        {
            byte[] payload = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)Math.Clamp(Math.Ceiling(lease.TotalMilliseconds), 1, uint.MaxValue));
            ShimMessage? answer = await control.AskAsync(ShimMessageType.Freeze, payload, AnswerLimit, cancellationToken).ConfigureAwait(false);
            if (answer is { Type: ShimMessageType.Error })
            {
                // Refused, or given up: it has let everybody go.
                isSettled = true;
                return false;
            }

            isSettled = answer is { Type: ShimMessageType.Done }
                && (!hasCgroup || await IsCarriedOutAsync(cgroup, cancellationToken).ConfigureAwait(false));
            return isSettled;
        }
        finally
        {
            if (!isSettled)
            {
                await ThawAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets the tree go on. A shim that does not answer does so when the lease ends.</summary>
    public Task ThawAsync(CancellationToken cancellationToken) => control.AskAsync(ShimMessageType.Thaw, default, cancellationToken);

    // Older shims answer as soon as the order is given. The kernel says when it is carried out.
    private async Task<bool> IsCarriedOutAsync(RunCgroup? cgroup, CancellationToken cancellationToken)
    {
        if (cgroup is null)
        {
            return false;
        }

        long started = timeProvider.GetTimestamp();
        using PeriodicTimer timer = new(LookInterval, timeProvider);
        while (!FrozenCgroup.IsFrozen(cgroup))
        {
            if (timeProvider.GetElapsedTime(started) > CarriedOutLimit)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
