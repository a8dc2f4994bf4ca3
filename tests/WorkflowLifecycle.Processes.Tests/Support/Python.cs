namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A small program that makes what programs make: it says "ready" and stays until it is ended.</summary>
internal static class Python
{
    /// <summary>Lets the script do one thing more when it is told to, and say "done".</summary>
    public static string WhenTold(string call) =>
        $"\nimport sys, threading\nthreading.Thread(target=lambda: (sys.stdin.readline(), {call}, print('done', flush=True)), daemon=True).start()\n";

    /// <summary>Tells it to.</summary>
    public static async Task TellAsync(Child child)
    {
        child.Tell("now");
        Assert.Equal("done", await child.ReadLineAsync());
    }

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
