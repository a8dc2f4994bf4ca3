namespace WorkflowLifecycle.Processes.Tests.Support;

internal static class LinuxUser
{
    public static LocalUser Current => Linux.LinuxPlatform.CurrentUser();

    public static bool IsRoot => Current.IsPrivileged;
}
