using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Working;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>A run directory and a work directory of a test's own, an observer, and programs that stand for the tree.</summary>
internal sealed class WorkingRun : IDisposable
{
    private const int SignalKill = 9;

    private readonly TemporaryDirectory _place = new();
    private readonly List<Child> _children = [];
    private readonly List<ProcessIdentity> _started = [];
    private readonly Machine _machine = Machine.Read();
    private readonly RunDirectory _directory;

    public WorkingRun()
    {
        _directory = RunDirectory.Create(RuntimeRoot.Prepare(_place.File("run"), LinuxUser.Current), Guid.NewGuid().ToString("N"));
        WorkDirectory = Directory.CreateDirectory(_place.File("work")).FullName;
        Containment = new ContainmentRecord { Strength = ContainmentStrength.Reaper, RunDirectory = _directory.Path };
        Observer = new WorkObserver(_machine, TimeProvider.System);
    }

    public IWorkObserver Observer { get; }

    public ContainmentRecord Containment { get; init; }

    public string WorkDirectory { get; }

    public RunDirectory RunDirectory => _directory;

    public string CriticalDirectory => _directory.CriticalPath;

    public string File(string name) => Path.Combine(WorkDirectory, name);

    public string Critical(string name) => Path.Combine(CriticalDirectory, name);

    public RunRecord Record => new()
    {
        RunId = RunId.Parse("run_1"),
        InternalId = Path.GetFileName(_directory.Path),
        State = RunState.Running,
        LaunchedBy = "host:test",
        Program = "/bin/sh",
        WorkingDirectory = WorkDirectory,
        Host = _machine.Identify(Environment.ProcessId)!,
        CreatedAt = default,
        Containment = Containment,
    };

    /// <summary>Starts a program in the work directory that says one line when all its processes are there.</summary>
    public async Task<Child> StartAsync(string program, params IEnumerable<string> arguments)
    {
        Child child = Child.Start("/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", WorkDirectory, program, .. arguments]);
        _children.Add(child);
        Assert.Equal("ready", await child.ReadLineAsync());

        // Those below it outlive it.
        _started.AddRange(Tree().Select(process => _machine.Identify(process.Pid)).OfType<ProcessIdentity>());
        return child;
    }

    public Task<Child> ShellAsync(string script) => StartAsync("env", $"CRITICAL={CriticalDirectory}", "sh", "-c", script);

    public Task<Child> PythonAsync(string script) => StartAsync("python3", "-c", script);

    /// <summary>The programs that were started and all their descendants.</summary>
    public IReadOnlyList<ProcessSnapshot> Tree()
    {
        List<int> pids = [.. _children.Where(child => !child.HasExited).Select(child => child.Pid)];
        for (int at = 0; at < pids.Count; at++)
        {
            ProcessReader.AddChildren(pids[at], pids);
        }

        List<ProcessSnapshot> tree = [];
        foreach (int pid in pids)
        {
            if (ProcessReader.TryReadStat(pid, out ProcStat stat))
            {
                tree.Add(new ProcessSnapshot { Pid = pid, ParentPid = stat.ParentPid, StartTicks = stat.StartTicks, Name = stat.Name, State = stat.State, CommandLine = "redacted" });
            }
        }

        return tree;
    }

    /// <summary>Runs a program to its end.</summary>
    public string Run(string program, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = WorkDirectory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public void Dispose()
    {
        _children.ForEach(child => child.Dispose());
        _started.ForEach(process => _machine.Signal(process, SignalKill));
        _place.Dispose();
    }
}
