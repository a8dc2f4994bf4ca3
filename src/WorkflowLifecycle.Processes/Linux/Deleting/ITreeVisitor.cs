namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>What is done with the entries of a tree. Names are ended by NUL, and valid during the call only.</summary>
internal interface ITreeVisitor
{
    /// <summary>An entry that was no directory when it was listed.</summary>
    EntryVerdict Visit(WalkedDirectory directory, ReadOnlySpan<byte> name);

    /// <summary>A directory was opened, and is the base or below it, on the same mount.</summary>
    void Entered(WalkedDirectory directory);

    /// <summary>All entries of a directory were dealt with. True to have it read again.</summary>
    bool Left(WalkedDirectory directory);

    /// <summary>Makes a directory usable that its permissions keep closed; false when that cannot be done or is not wanted.</summary>
    bool Unlock(WalkedDirectory directory);

    /// <summary>An entry stays as it is, and why.</summary>
    void Skipped(WalkedDirectory directory, ReadOnlySpan<byte> name, string why);
}
