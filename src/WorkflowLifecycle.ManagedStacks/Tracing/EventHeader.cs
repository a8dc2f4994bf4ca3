using System.Runtime.InteropServices;

namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>What precedes each event of a block: only what differs from the event before it is written.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct EventHeader
{
    private const int HasMetadata = 1;
    private const int HasCapture = 2;
    private const int HasThread = 4;
    private const int HasStack = 8;
    private const int HasActivity = 16;
    private const int HasRelatedActivity = 32;
    private const int HasLength = 128;
    private const int ActivitySize = 16;

    public int Metadata { get; private set; }

    public ulong Thread { get; private set; }

    public int Stack { get; private set; }

    public int Length { get; private set; }

    public void ReadNext(ref ByteCursor cursor)
    {
        byte has = cursor.ReadByte();
        Metadata = (has & HasMetadata) != 0 ? (int)cursor.ReadNumber() : Metadata;
        if ((has & HasCapture) != 0)
        {
            // The sequence number, the thread that wrote, its processor.
            cursor.ReadNumber();
            cursor.ReadNumber();
            cursor.ReadNumber();
        }

        Thread = (has & HasThread) != 0 ? cursor.ReadNumber() : Thread;
        Stack = (has & HasStack) != 0 ? (int)cursor.ReadNumber() : Stack;

        // The time.
        cursor.ReadNumber();
        cursor.Skip((has & HasActivity) != 0 ? ActivitySize : 0);
        cursor.Skip((has & HasRelatedActivity) != 0 ? ActivitySize : 0);
        Length = (has & HasLength) != 0 ? (int)cursor.ReadNumber() : Length;
    }
}
