namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>A process that plays the host: the shim watches its pidfd, the test decides when it dies.</summary>
internal sealed class FakeHost : IDisposable
{
    private bool _dead;

    public required int Pid { get; init; }

    public static FakeHost Start() => new() { Pid = Spawner.Spawn("/bin/sleep", ["sleep", "300"], [], [], 0) };

    public void Die()
    {
        if (_dead) return;
        _dead = true;
        Native.Kill(Pid, Native.SIGKILL);
        Native.WaitPid(Pid, out _, 0);
    }

    public void Dispose() => Die();
}
