using System.Buffers.Text;
using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Proc;

/// <summary>The fields of <c>/proc/PID/stat</c> that identify a process.</summary>
internal readonly record struct ProcStat(int Pid, string Name, char State, int ParentPid, int Session, ulong StartTicks, long ResidentPages)
{
    // Numbered as in proc(5); the name (2) may hold blanks, brackets and line breaks, so fields count from the last ')'.
    private const int FirstFieldAfterName = 3;
    private const int ParentField = 4;
    private const int SessionField = 6;
    private const int StartField = 22;
    private const int ResidentField = 24;

    /// <summary>Parses the content of a stat file; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, out ProcStat stat)
    {
        stat = default;
        int open = content.IndexOf((byte)'(');
        int close = content.LastIndexOf((byte)')');
        if (open < 2 || close <= open || !Utf8Parser.TryParse(content, out int pid, out _))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = content[(close + 1)..].TrimStart((byte)' ');
        if (rest.IsEmpty)
        {
            return false;
        }

        char state = (char)rest[0];
        int parent = 0;
        int session = 0;
        ulong start = 0;
        long resident = 0;
        for (int field = FirstFieldAfterName; field <= ResidentField; field++)
        {
            int end = rest.IndexOf((byte)' ');
            ReadOnlySpan<byte> value = end < 0 ? rest : rest[..end];
            bool parsed = field switch
            {
                ParentField => Utf8Parser.TryParse(value, out parent, out _),
                SessionField => Utf8Parser.TryParse(value, out session, out _),
                StartField => Utf8Parser.TryParse(value, out start, out _),
                ResidentField => Utf8Parser.TryParse(value, out resident, out _),
                _ => true,
            };
            if (!parsed || (end < 0 && field < ResidentField))
            {
                return false;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        stat = new ProcStat(pid, Encoding.UTF8.GetString(content[(open + 1)..close]), state, parent, session, start, resident);
        return true;
    }
}
