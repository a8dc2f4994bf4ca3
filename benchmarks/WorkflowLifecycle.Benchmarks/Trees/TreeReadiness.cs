namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>Waits for a tree to stand. Not part of any measurement.</summary>
internal static class TreeReadiness
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task WaitAsync(TreeSpec tree)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!File.Exists(tree.ReadyFile))
        {
            await Task.Delay(1, limit.Token);
        }

        File.Delete(tree.ReadyFile);
    }
}
