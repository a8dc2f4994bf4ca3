namespace WorkflowLifecycle.Steps;

/// <summary>The one way by which the engine makes something durable: it demands the name of the step. A house rule looks after the store's side.</summary>
internal sealed class StepWriter(IProcessStore store, IFailpoints failpoints)
{
    /// <summary>A step in the store. One that it does not take, because somebody else was faster, was not made.</summary>
    public async Task<CommitResult> CommitAsync(PersistedStep step, StoreCommit commit, CommitDurability durability, CancellationToken cancellationToken = default)
    {
        failpoints.Reached(step, StepSide.Before);
        CommitResult result = await store.CommitAsync(commit, durability, cancellationToken).ConfigureAwait(false);
        if (result.IsCommitted)
        {
            failpoints.Reached(step, StepSide.After);
        }

        return result;
    }

    /// <summary>A step in the kernel or in the file system.</summary>
    public async Task<T> TakeAsync<T>(PersistedStep step, Func<Task<T>> take)
    {
        failpoints.Reached(step, StepSide.Before);
        T result = await take().ConfigureAwait(false);
        failpoints.Reached(step, StepSide.After);
        return result;
    }

    /// <inheritdoc cref="TakeAsync{T}"/>
    public async Task TakeAsync(PersistedStep step, Func<Task> take)
    {
        failpoints.Reached(step, StepSide.Before);
        await take().ConfigureAwait(false);
        failpoints.Reached(step, StepSide.After);
    }

    /// <inheritdoc cref="TakeAsync{T}"/>
    public void Take(PersistedStep step, Action take)
    {
        failpoints.Reached(step, StepSide.Before);
        take();
        failpoints.Reached(step, StepSide.After);
    }

    /// <inheritdoc cref="TakeAsync{T}"/>
    public T Take<T>(PersistedStep step, Func<T> take)
    {
        failpoints.Reached(step, StepSide.Before);
        T result = take();
        failpoints.Reached(step, StepSide.After);
        return result;
    }
}
