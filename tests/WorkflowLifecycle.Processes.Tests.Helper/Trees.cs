using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Ending;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>A shell with two children, held in one of the ways in which a run without an answering shim is held.</summary>
internal sealed class Trees : IDisposable
{
    private const string Script = "read go; sleep 60 & echo $!; sleep 60 & echo $!; while :; do wait; done";

    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("workflow-lifecycle-namespace-");
    private readonly Machine _machine = Machine.Read();
    private readonly Process _shell;
    private readonly RunCgroup? _cgroup;
    private readonly ContainmentRecord _record;
    private readonly ProcessIdentity? _root;

    public Trees(string holder)
    {
        _shell = Numbers.Start("setsid", "sh", "-c", Script);
        ProcessIdentity shell = _machine.Identify(_shell.Id)!;
        if (holder == "cgroup")
        {
            string root = CgroupRoots.Candidates(null, isRoot: true).First(candidate => LinuxPlatform.TryCgroupRoot(candidate) is null);
            _cgroup = RunCgroup.Create(root, "unit-" + Guid.NewGuid().ToString("N"));
            File.WriteAllText(_cgroup.Path + "/cgroup.procs", shell.Pid.ToString(CultureInfo.InvariantCulture));
        }

        _shell.StandardInput.WriteLine();
        Bystander = int.Parse(_shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        Member = int.Parse(_shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        _root = holder == "session" ? shell : null;
        _record = new ContainmentRecord
        {
            Strength = ContainmentStrength.Reaper,
            RunDirectory = _place.FullName,
            CgroupPath = _cgroup?.Path,
            CgroupInode = _cgroup?.Inode ?? 0,
            Shim = holder == "descendants" ? shell : shell with { StartTicks = 1, PidfsHandle = null },
        };
    }

    /// <summary>The one whose PID changes hands.</summary>
    public int Member { get; }

    /// <summary>Another one, which gets the signal.</summary>
    public int Bystander { get; }

    public RunContainment Open(Action<EndingStep> at) => new(_record, _root, _machine, TimeProvider.System, at);

    public void Dispose()
    {
        _cgroup?.Kill();
        while (_cgroup?.IsPopulated() == true)
        {
            Thread.Sleep(1);
        }

        _cgroup?.Remove();
        _cgroup?.Dispose();
        _shell.Dispose();
        _place.Delete(recursive: true);
    }
}
