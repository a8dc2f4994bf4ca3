using System.Diagnostics;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>The helper program in namespaces of its own, which end with it.</summary>
internal static class NamespaceHelper
{
    public static async Task<string[]> RunAsync(IEnumerable<string> namespaces, params IEnumerable<string> arguments)
    {
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Only root may give PIDs away or set a clock for itself.");
        }

        string program = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Processes.Tests.Helper");
        ProcessStartInfo start = new("unshare", [.. namespaces, "--fork", "--kill-child", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, await errors);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
