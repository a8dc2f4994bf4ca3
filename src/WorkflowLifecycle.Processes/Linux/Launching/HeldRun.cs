using System.Runtime.Versioning;
using System.Threading.Channels;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>A running tree, seen through the channel to its shim.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HeldRun(
    LaunchMaterial material,
    ShimConnection channel,
    ProcessIdentity root,
    Task<ExitNotice> exited,
    Task<EndNotice?> ended,
    ChannelReader<HoldSignal> signals) : IHeldRun
{
    public ProcessIdentity Root { get; } = root;

    public Stream? StandardInput => material.StandardInput;

    public Stream? StandardOutput => material.StandardOutput;

    public Stream? StandardError => material.StandardError;

    public Task<ExitNotice> Exited { get; } = exited;

    public Task<EndNotice?> Ended { get; } = ended;

    public IAsyncEnumerable<HoldSignal> Signals => signals.ReadAllAsync();

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync().ConfigureAwait(false);
        material.Cgroup?.Dispose();
        if (StandardInput is not null)
        {
            await StandardInput.DisposeAsync().ConfigureAwait(false);
        }
    }
}
