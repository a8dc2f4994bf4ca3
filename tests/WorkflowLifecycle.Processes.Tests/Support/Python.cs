namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A small program that makes what programs make: it says "ready" and stays until it is ended.</summary>
internal static class Python
{
    public static async Task<Child> StartAsync(string script, params IEnumerable<string> arguments)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, "python3"))))
        {
            Assert.Skip("There is no python3 here.");
        }

        Child child = Child.Start("python3", ["-c", script + "\nprint('ready', flush=True)\nimport time\ntime.sleep(60)", .. arguments]);
        Assert.Equal("ready", await child.ReadLineAsync());
        return child;
    }
}
