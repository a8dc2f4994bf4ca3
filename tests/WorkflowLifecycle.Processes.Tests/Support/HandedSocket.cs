namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>Programs of which one hands a socket to the other by its descriptor, and stays until it is ended.</summary>
internal static class HandedSocket
{
    /// <summary>Takes descriptors at the path of its first argument, and keeps them.</summary>
    public const string Taking = """
        import array, socket, sys, threading
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen()
        kept = []
        def take():
            c, _ = l.accept(); kept.append(c.recvmsg(1, socket.CMSG_LEN(4))); c.send(b'y'); kept.append(c)
        threading.Thread(target=take, daemon=True).start()
        """;

    /// <summary>Makes a TCP listener at the port of its second argument (0 = any) and hands it to the path of its first.</summary>
    public const string Handing = """
        import array, socket, sys
        def hand(s):
            c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
            c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
            c.recv(1)
        s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[2]))); s.listen()
        hand(s)
        """;
}
