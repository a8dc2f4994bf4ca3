using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkflowLifecycle;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds shutdown phases of your own.</summary>
public static class ShutdownPhaseExtensions
{
    /// <summary>
    /// Adds a phase to the graceful shutdown of every run of this host, beside <c>git</c>, <c>database</c>, <c>file</c> and <c>other</c>. Its name goes into
    /// the row of each run that is launched: a process that ends the run and does not have the phase reports it as not available. Adding the same
    /// type again changes nothing; two phases of one name are refused at the first launch or kill.
    /// </summary>
    public static IWorkflowLifecycleBuilder AddShutdownPhase<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPhase>(this IWorkflowLifecycleBuilder builder)
        where TPhase : class, IShutdownPhase
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IShutdownPhase, TPhase>());
        return builder;
    }

    /// <summary>Adds a phase that exists already; otherwise as <see cref="AddShutdownPhase{TPhase}(IWorkflowLifecycleBuilder)"/>.</summary>
    public static IWorkflowLifecycleBuilder AddShutdownPhase(this IWorkflowLifecycleBuilder builder, IShutdownPhase phase)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(phase);
        builder.Services.AddSingleton(phase);
        return builder;
    }
}
