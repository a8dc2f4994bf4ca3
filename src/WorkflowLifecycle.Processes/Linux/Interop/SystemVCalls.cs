using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>System V calls that no list in procfs replaces.</summary>
internal static partial class SystemVCalls
{
    private const int Remove = 0;
    private const int LastUser = 11;
    private const int MostSemaphores = 256;

    /// <summary>Who changed each semaphore of a set last; those that nobody changed yet are left out.</summary>
    public static IReadOnlyList<int> LastUsers(int id, int count)
    {
        List<int> users = [];
        for (int i = 0; i < Math.Min(count, MostSemaphores); i++)
        {
            if (ControlSemaphore(id, i, LastUser, 0) is > 0 and int user)
            {
                users.Add(user);
            }
        }

        return users;
    }

    public static int RemoveSegment(int id) => Errno(ControlSegment(id, Remove, 0));

    public static int RemoveSemaphores(int id) => Errno(ControlSemaphore(id, 0, Remove, 0));

    public static int RemoveQueue(int id) => Errno(ControlQueue(id, Remove, 0));

    private static int Errno(int result) => result >= 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "shmctl", SetLastError = true)]
    private static partial int ControlSegment(int id, int command, nint buffer);

    [LibraryImport("libc", EntryPoint = "semctl", SetLastError = true)]
    private static partial int ControlSemaphore(int id, int number, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "msgctl", SetLastError = true)]
    private static partial int ControlQueue(int id, int command, nint buffer);
}
