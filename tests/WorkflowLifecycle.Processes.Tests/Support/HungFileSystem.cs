using System.Diagnostics;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A file system with one file, served by a program that stops answering when it is told to: a server that is away, for real.</summary>
internal sealed class HungFileSystem : IDisposable
{
    // The FUSE protocol, as much of it as one file needs. Nothing is cached, so that every question reaches the program.
    private const string Server = """
        import ctypes,os,struct,sys
        place=sys.argv[1]; fuse=os.open('/dev/fuse',os.O_RDWR)
        libc=ctypes.CDLL(None,use_errno=True)
        if libc.mount(b'hung',place.encode(),b'fuse',0,b'fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other'%fuse): sys.exit('mount: '+os.strerror(ctypes.get_errno()))
        print('ready',flush=True)
        def attributes(node): return struct.pack('<6Q10I',node,0 if node==1 else 4096,0,0,0,0,0,0,0,0o40755 if node==1 else 0o100644,1,0,0,0,512,0)
        while True:
            request=os.read(fuse,1<<20)
            if os.path.exists(sys.argv[2]): break
            size,code,unique,node=struct.unpack_from('<IIQQ',request)
            answer={26: struct.pack('<4I2H2I2H8I',7,31,0,0,0,0,4096,1,0,0,*[0]*8), 1: struct.pack('<4Q2I',2,0,0,0,0,0)+attributes(2), 3: struct.pack('<QII',0,0,0)+attributes(node),
                14: bytes(16), 15: bytes(4096), 27: bytes(16), 25: b'', 18: b'', 29: b''}.get(code)
            os.write(fuse,struct.pack('<IiQ',16+len(answer),0,unique)+answer if answer is not None else struct.pack('<IiQ',16,-38,unique))
        sys.stdin.read()
        """;

    private readonly TemporaryDirectory _place;
    private readonly Child _server;

    private HungFileSystem(Child server, TemporaryDirectory place) => (_server, _place) = (server, place);

    public string Directory => _place.File("mount");

    /// <summary>Mounts it; skips the test where that cannot be done.</summary>
    public static async Task<HungFileSystem> MountAsync()
    {
        if (!LinuxUser.IsRoot || !File.Exists("/dev/fuse"))
        {
            Assert.Skip("Mounting a FUSE file system takes root and /dev/fuse.");
        }

        TemporaryDirectory place = new();
        System.IO.Directory.CreateDirectory(place.File("mount"));
        Child server = Child.Start("python3", ["-c", Server, place.File("mount"), place.File("hang")]);
        if (await server.ReadLineAsync() != "ready")
        {
            server.Dispose();
            place.Dispose();
            Assert.Skip("No FUSE file system can be mounted here.");
        }

        return new HungFileSystem(server, place);
    }

    /// <summary>From here on nothing that it is asked is answered.</summary>
    public void Hang() => File.WriteAllText(_place.File("hang"), string.Empty);

    public void Dispose()
    {
        // Without its server whoever waits gets an error.
        _server.Dispose();
        using (Process unmount = Process.Start("umount", ["-l", Directory]))
        {
            unmount.WaitForExit();
        }

        _place.Dispose();
    }
}
