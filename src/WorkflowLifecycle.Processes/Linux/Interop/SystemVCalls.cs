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

    /// <summary>0, or the error.</summary>
    public static int RemoveSegment(int id) => ControlSegment(id, Remove, 0) >= 0 ? 0 : Marshal.GetLastPInvokeError();


    [LibraryImport("libc", EntryPoint = "shmctl", SetLastError = true)]
    private static partial int ControlSegment(int id, int command, nint buffer);

    [LibraryImport("libc", EntryPoint = "semctl", SetLastError = true)]
    private static partial int ControlSemaphore(int id, int number, int command, nint argument);
}
