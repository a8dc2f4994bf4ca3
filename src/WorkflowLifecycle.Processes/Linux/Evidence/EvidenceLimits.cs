namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>How much evidence may hold, whatever the tree has.</summary>
internal static class EvidenceLimits
{
    public const int Processes = 2_000;
    public const int FilesPerProcess = 200;
    public const int SocketsPerProcess = 64;
    public const int NamesPerProcess = 200;
    public const int LongestName = 128;
    public const int StackFrames = 16;
    public const int ThreadNames = 32;
    public const int NetworkNamespaces = 8;
    public const int OutputLines = 50;
    public const int OutputBytes = 16 * 1024;
    public const long Bytes = 8 * 1024 * 1024;
}
