using System.Globalization;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A program whose memory the kernel holds locked: whoever reads its command line or its environment waits until it is let go.</summary>
internal static class LockedMemory
{
    // Giving back a page that the server has to take holds the lock against writers, and a writer that waits holds it against readers.
    private const string Source = """
        import ctypes,os,sys,threading,time
        libc=ctypes.CDLL(None)
        libc.mmap.restype=ctypes.c_void_p
        libc.mmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t]+[ctypes.c_int]*3+[ctypes.c_long]
        libc.munmap.argtypes=[ctypes.c_void_p,ctypes.c_size_t]
        page=libc.mmap(None,4096,3,1,os.open(sys.argv[1],os.O_RDWR),0)
        ctypes.memset(page,1,1)
        give=threading.Thread(target=libc.munmap,args=(page,4096)); take=threading.Thread(target=libc.mmap,args=(None,4096,3,34,-1,0))
        open('mapped','w').write(str(os.getpid()))
        while not os.path.exists('hang'): time.sleep(0.005)
        give.start(); time.sleep(0.1); take.start()
        time.sleep(120)
        """;

    /// <summary>What the shell of a run starts it with.</summary>
    public static string Command(HungFileSystem server) => $"python3 -c \"$(cat <<'END'\n{Source}\nEND\n)\" {server.Directory}/file";

    /// <summary>Has the server hang, and waits until the memory is locked.</summary>
    /// <returns>The program's PID.</returns>
    public static async Task<int> LockAsync(HungFileSystem server, LiveRun run)
    {
        await LiveRun.UntilAsync(() => run.Length("mapped") > 0);
        string pid = await File.ReadAllTextAsync(run.File("mapped"), TestContext.Current.CancellationToken);
        server.Hang();
        await File.WriteAllTextAsync(run.File("hang"), string.Empty, TestContext.Current.CancellationToken);
        await LiveRun.UntilAsync(() => Directory.GetDirectories($"/proc/{pid}/task").Count(task => File.ReadAllText(task + "/stat").Contains(") D ", StringComparison.Ordinal)) >= 2);
        return int.Parse(pid, CultureInfo.InvariantCulture);
    }
}
