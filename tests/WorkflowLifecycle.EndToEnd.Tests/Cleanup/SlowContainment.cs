using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>The real containment, whose end is long to be proven and which is long to be freed.</summary>
[SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "A proxy is derived from it at run time.")]
internal class SlowContainment : DispatchProxy
{
    private IContainment _real = null!;
    private Func<Task> _beforeProof = null!;
    private Func<Task> _beforeFreeing = null!;

    public static IContainment Around(IContainment real, Func<Task> beforeProof, Func<Task> beforeFreeing)
    {
        IContainment proxy = Create<IContainment, SlowContainment>();
        (((SlowContainment)proxy)._real, ((SlowContainment)proxy)._beforeProof, ((SlowContainment)proxy)._beforeFreeing) = (real, beforeProof, beforeFreeing);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IContainment.WaitForEndAsync) => ProveAsync((CancellationToken)args![0]!),
        nameof(IContainment.CleanAsync) => FreeAsync((bool)args![0]!, (CancellationToken)args[1]!),
        _ => targetMethod.Invoke(_real, args),
    };

    private async Task<EndNotice?> ProveAsync(CancellationToken cancellationToken)
    {
        await _beforeProof().WaitAsync(cancellationToken);
        return await _real.WaitForEndAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<CleanupResult>> FreeAsync(bool keepOutput, CancellationToken cancellationToken)
    {
        await _beforeFreeing();
        return await _real.CleanAsync(keepOutput, cancellationToken);
    }
}
