namespace WorkflowLifecycle.Cli.Stores;

/// <summary>The store to use.</summary>
/// <param name="File">Its absolute path.</param>
/// <param name="Source">Why this one.</param>
internal sealed record StoreChoice(string File, StoreSource Source)
{
    /// <summary>The words that make a further command use the same store: none when it would anyway.</summary>
    public IReadOnlyList<string> Words => Source == StoreSource.Option ? ["--store", File] : [];

    /// <summary>A command of ours on the same store.</summary>
    public string Command(params IEnumerable<string> words) => CommandText.Of(words.Concat(Words));
}
