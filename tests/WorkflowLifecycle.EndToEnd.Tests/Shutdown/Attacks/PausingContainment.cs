using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>The real containment, seen by a host that does not get to run for a while after the tree was made to stand still.</summary>
[SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "A proxy is derived from it at run time.")]
internal class PausingContainment : DispatchProxy
{
    private IContainment _real = null!;
    private TimeSpan _pause;

    public static IContainment Around(IContainment real, TimeSpan pause)
    {
        IContainment proxy = Create<IContainment, PausingContainment>();
        (((PausingContainment)proxy)._real, ((PausingContainment)proxy)._pause) = (real, pause);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        object? result = targetMethod!.Invoke(_real, args);
        return targetMethod.Name == nameof(IContainment.FreezeAsync) ? PauseAsync((Task<bool>)result!) : result;
    }

    private async Task<bool> PauseAsync(Task<bool> frozen)
    {
        bool isFrozen = await frozen;
        TimeSpan pause = _pause;

        // Once: a machine that is always that slow has no safe point.
        _pause = TimeSpan.Zero;
        await Task.Delay(pause, TimeProvider.System);
        return isFrozen;
    }
}
