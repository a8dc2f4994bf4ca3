using System.Runtime.InteropServices;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A program that hangs, and leaves when it is told to.</summary>
internal static class HangingProgram
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(1);

    private static long _turns;

    public static int Run()
    {
        using ManualResetEventSlim told = new();
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            told.Set();
        });
        Lock gate = new();
        gate.Enter();
        Start(() => WaitsForALock(gate, "password=hunter2hunter2"));
        Start(WorksForEver);
        Console.WriteLine("ready");
        told.Wait();
        gate.Exit();
        Console.WriteLine("left");
        return 0;
    }

    private static void Start(Action work) => new Thread(() => work()) { IsBackground = true }.Start();

    private static void WaitsForALock(Lock gate, string secret)
    {
        lock (gate)
        {
            Console.WriteLine($"had it, with {secret.Length}");
        }
    }

    private static void WorksForEver()
    {
        while (true)
        {
            if (Interlocked.Increment(ref _turns) % 1_000_000 == 0)
            {
                Thread.CurrentThread.Join(_pause);
            }
        }
    }
}
