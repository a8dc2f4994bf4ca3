using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>All that a launch makes before the gate: run directory, cgroup, pipes, channel and shim. Undone by <see cref="Discard"/>.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LaunchMaterial
{
    private const int ShimLimitMilliseconds = 2000;

    private LaunchMaterial(ContainmentSpec spec, RunDirectory directory, RunCgroup? cgroup)
    {
        Spec = spec;
        Directory = directory;
        Cgroup = cgroup;
    }

    public ContainmentSpec Spec { get; }

    public RunDirectory Directory { get; }

    public RunCgroup? Cgroup { get; }

    /// <summary>Our end of the channel to the shim, until a connection takes it over.</summary>
    public FileDescriptor? Channel { get; private set; }

    public int ShimPid { get; private set; }

    /// <summary>The shim, pinned; it is our child, so its number is its own until we collect it. Null when it left at once.</summary>
    public ProcessIdentity? Shim { get; private set; }

    public Stream? StandardInput { get; private set; }

    public Stream? StandardOutput { get; private set; }

    public Stream? StandardError { get; private set; }

    public static LaunchMaterial Make(ContainmentSpec spec, string runs, string? cgroupRoot, LocalUser user, Machine machine)
    {
        RunDirectory? directory = null;
        try
        {
            // From the first moment on it says whose it is, and what the run has elsewhere: a host may die after any line.
            string? cgroupPath = cgroupRoot is null ? null : RunCgroup.PathOf(cgroupRoot, spec.InternalId);
            directory = RunDirectory.Create(
                runs, spec.InternalId, made => RunIdentityFile.Write(made, spec, cgroupPath, cgroupInode: 0, shim: null, machine.Identify(Environment.ProcessId)));
            RunCgroup? cgroup = cgroupRoot is null ? null : RunCgroup.Create(cgroupRoot, spec.InternalId);
            return new LaunchMaterial(spec, directory, cgroup);
        }
        catch (IOException exception)
        {
            directory?.Remove(keepOutput: false);
            throw new LaunchFailedException(
                LaunchStage.Containment, $"{exception.Message} Check that {user.Name} may write there and that there is space; see 'workflowctl doctor'.", cgroupRoot, exception);
        }
    }

    /// <summary>Starts the shim. Nothing of the program runs before it is told to go.</summary>
    public void Start(ShimImage image, Machine machine)
    {
        using ShimDescriptors descriptors = new();
        using FileDescriptor nothing = OpenNothing();
        using FileDescriptor? input = OpenInput();
        bool goesToHost = Spec.Output is OutputMode.Capture or OutputMode.Stream;
        using FileDescriptor? output = goesToHost ? OpenPipeTo(stream => StandardOutput = stream) : null;
        using FileDescriptor? error = goesToHost ? OpenPipeTo(stream => StandardError = stream) : null;
        using FileDescriptor channel = OpenChannel();
        using FileDescriptor? host = PidDescriptor.Open(Environment.ProcessId, out _);
        using FileDescriptor specification = SpecificationFile.Write(
            ShimSpecification.Write(Spec, host is not null, Cgroup is not null, Directory.NotifySocketPath, Directory.CriticalPath), Directory.Path);
        using FileDescriptor runDirectory = Directory.Open();
        descriptors.Add((input ?? nothing).Number);
        descriptors.Add((output ?? nothing).Number);
        descriptors.Add((error ?? nothing).Number);
        descriptors.Add(channel.Number);
        descriptors.Add(specification.Number);
        descriptors.Add(runDirectory.Number);
        descriptors.Add((host ?? nothing).Number);
        descriptors.Add((Cgroup?.Directory ?? nothing).Number);

        // The shim's program is the last one: it is executed by that very number, and the shim closes it.
        int position = descriptors.Numbers.Length;
        descriptors.Add(image.File.Number);
        ShimPid = PosixSpawn.Start($"/proc/self/fd/{position}", $"workflow-lifecycle-shim {Spec.RunId}", descriptors.Numbers);
        Shim = machine.Identify(ShimPid);
        RunIdentityFile.Write(Directory, Spec, Cgroup?.Path, Cgroup?.Inode ?? 0, Shim, machine.Identify(Environment.ProcessId));
    }

    /// <summary>Collects the shim once it has left; it is our child.</summary>
    public unsafe void CollectShim()
    {
        if (ShimPid > 0)
        {
            // A host that ignores SIGCHLD, or collects every child as PID 1, was faster: ECHILD is as good.
            while (Libc.WaitPid(ShimPid, null, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
            {
            }

            ShimPid = 0;
        }
    }

    /// <summary>Undoes everything: the closed channel tells a shim at the gate to leave without having started anything.</summary>
    public void Discard()
    {
        Channel?.Dispose();
        StandardInput?.Dispose();
        StandardOutput?.Dispose();
        StandardError?.Dispose();
        DismissShim();
        RemoveCgroup();
        Directory.Remove(keepOutput: false);
    }

    // A shim that was lost while it started the program has left it in there.
    private void RemoveCgroup()
    {
        for (int waited = 0; Cgroup?.Remove() is not null && waited < ShimLimitMilliseconds; waited++)
        {
            _ = Cgroup.Kill();
            SleepOneMillisecond();
        }

        Cgroup?.Dispose();
    }

    private static void SleepOneMillisecond()
    {
        PollRequest nothing = new() { Descriptor = -1 };
        _ = Libc.Poll(ref nothing, 1, 1);
    }

    private unsafe void DismissShim()
    {
        for (int waited = 0; ShimPid > 0 && waited < ShimLimitMilliseconds; waited++)
        {
            int collected = Libc.WaitPid(ShimPid, null, Libc.WaitNoHang);
            if (collected != 0)
            {
                ShimPid = 0;
                return;
            }

            SleepOneMillisecond();
        }

        // It does not leave: its number is its own until we collect it, so this hits nobody else.
        if (ShimPid > 0)
        {
            _ = Cgroup?.Kill();
            _ = Libc.Kill(ShimPid, Libc.SignalKill);
            CollectShim();
        }
    }

    private static FileDescriptor OpenNothing() => Checked(Libc.Open("/dev/null", Libc.OpenReadWrite | Libc.OpenCloseOnExec, 0), "/dev/null");

    private static FileDescriptor Checked(FileDescriptor descriptor, string path) =>
        descriptor.IsInvalid
            ? throw new LaunchFailedException(LaunchStage.StandardStreams, $"{path}: {Errno.Describe(Marshal.GetLastPInvokeError())}. Check its permissions.", path)
            : descriptor;

    private static unsafe (FileDescriptor Reading, FileDescriptor Writing) OpenPipe()
    {
        int* ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.OpenCloseOnExec) == 0
            ? (new FileDescriptor(ends[0]), new FileDescriptor(ends[1]))
            : throw new LaunchFailedException(LaunchStage.StandardStreams, $"pipe: {Errno.Describe(Marshal.GetLastPInvokeError())}. Raise the limit (ulimit -n).");
    }

    private static SafePipeHandle Surrender(FileDescriptor descriptor)
    {
        SafePipeHandle handle = new(descriptor.Number, ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return handle;
    }

    private FileDescriptor? OpenInput()
    {
        switch (Spec.Input)
        {
            case InputMode.File:
                return InputFile.Open(Spec.InputFile!);
            case InputMode.Pipe:
                (FileDescriptor reading, FileDescriptor writing) = OpenPipe();
                StandardInput = new AnonymousPipeClientStream(PipeDirection.Out, Surrender(writing));
                return reading;
            default:
                return null;
        }
    }

    private static FileDescriptor OpenPipeTo(Action<Stream> keep)
    {
        (FileDescriptor reading, FileDescriptor writing) = OpenPipe();
        keep(new AnonymousPipeClientStream(PipeDirection.In, Surrender(reading)));
        return writing;
    }

    private unsafe FileDescriptor OpenChannel()
    {
        const int unix = 1;
        const int sequencedPackets = 5;
        int* ends = stackalloc int[2];
        if (Libc.SocketPair(unix, sequencedPackets | Libc.OpenCloseOnExec, 0, ends) != 0)
        {
            throw new LaunchFailedException(LaunchStage.Spawn, $"socketpair: {Errno.Describe(Marshal.GetLastPInvokeError())}. Raise the limit (ulimit -n).");
        }

        Channel = new FileDescriptor(ends[0]);
        return new FileDescriptor(ends[1]);
    }
}
