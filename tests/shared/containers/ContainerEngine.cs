using System.Diagnostics;
using System.Globalization;

namespace WorkflowLifecycle.Tests.Shared;

/// <summary>A container engine with a store of its own. In the end its containers, cgroups and files are gone. No image is fetched: containers see the machine's own files.</summary>
internal abstract class ContainerEngine : IDisposable
{
    private readonly string _cgroup = "wfl-containers-" + Guid.NewGuid().ToString("N");
    private bool _hasStarted;

    protected ContainerEngine() => Place = Directory.CreateTempSubdirectory("wfl-").FullName;

    /// <summary>The engine's client.</summary>
    public abstract string Client { get; }

    /// <summary>What stands before each verb.</summary>
    public abstract IReadOnlyList<string> Arguments { get; }

    /// <summary>Why it cannot be had here; null when it can.</summary>
    public abstract string? Missing { get; }

    /// <summary>A short path, since engines take no long ones.</summary>
    protected string Place { get; }

    protected static string? RootAnd(params string[] programs) =>
        Environment.UserName != "root" ? "The engine is started as root." : programs.FirstOrDefault(program => !File.Exists(program)) is { } missing ? $"{missing} is not installed." : null;

    public static ContainerEngine Create(string name) => name == "docker" ? new DockerEngine() : new PodmanEngine();

    /// <summary>Starts it, where that takes anything.</summary>
    public void Start()
    {
        OnStart();
        _hasStarted = true;
    }

    /// <summary>A line for a shell that starts a container, which prints its id.</summary>
    /// <param name="labels">Labels, or what the shell makes of it.</param>
    /// <param name="command">What it runs.</param>
    public string RunLine(string labels, string command = "exec sleep 300") =>
        $"{Client} {string.Join(' ', Arguments)} run --detach --network none --cgroup-parent /{_cgroup} --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 {labels} {Files} sh -c '{command}'";

    /// <summary>Runs that line.</summary>
    public string Run(string labels, string command = "exec sleep 300") => Shell(RunLine(labels, command));

    /// <summary>The ids of all containers that there are.</summary>
    public string[] List() => Command("ps", "--all", "--quiet", "--no-trunc").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        if (_hasStarted)
        {
            foreach (string id in List())
            {
                Command("rm", "--force", id);
            }

            Stop();

            // Left behind in every hierarchy there is, and monitors are in them a moment longer than the containers.
            Shell($"for i in $(seq 50); do find /sys/fs/cgroup -depth -type d -path '*/{_cgroup}*' -exec rmdir {{}} + 2> /dev/null && exit; sleep 0.1; done; exit 1");
        }

        Directory.Delete(Place, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where the container's files come from.</summary>
    protected abstract string Files { get; }

    /// <summary>Leaves nothing behind where it throws.</summary>
    protected abstract void OnStart();

    /// <summary>Ends what the engine is besides its containers.</summary>
    protected abstract void Stop();

    protected string Command(params string[] arguments) => Execute(Client, [.. Arguments, .. arguments]);

    protected static string Shell(string line) => Execute("/bin/sh", ["-c", line]);

    private static string Execute(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim()
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}\n{error.Result}"));
    }
}
