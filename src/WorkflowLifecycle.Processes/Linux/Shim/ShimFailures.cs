using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Launching;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Turns the shim's FAILED into the exception that names what to change.</summary>
internal static class ShimFailures
{
    private const uint StageCgroup = 4;
    private const uint StageClone = 5;
    private const uint StageStreams = 7;
    private const uint StageDirectory = 8;
    private const uint StageExecute = 9;
    private const uint StageOutput = 10;
    private const uint StageNoNewPrivileges = 11;
    private const uint StageLandlock = 12;
    private const uint StagePidNamespace = 13;
    private const uint StageMounts = 14;

    public static LaunchFailedException Describe(ShimMessage failed, ContainmentSpec spec)
    {
        uint stage = failed.UInt32(0);
        int errno = failed.Int32(4);
        string why = Errno.Describe(errno);
        return stage switch
        {
            StageExecute when errno == Errno.ENOENT && File.Exists(spec.Program) => new LaunchFailedException(
                LaunchStage.ProgramNotExecutable, $"{spec.Program} names an interpreter that does not exist. Correct its first line, or install the interpreter.", spec.Program),
            StageExecute when errno is Errno.ENOENT or Errno.ENOTDIR => new LaunchFailedException(
                LaunchStage.ProgramMissing, $"The program {spec.Program} does not exist. Check the path.", spec.Program),
            StageExecute => new LaunchFailedException(
                LaunchStage.ProgramNotExecutable, $"{spec.Program} cannot be executed: {why}. Check its permissions, its format, and the size of arguments and environment.", spec.Program),
            StageDirectory => new LaunchFailedException(
                LaunchStage.WorkingDirectory, $"The working directory {spec.WorkingDirectory} cannot be entered: {why}. Check that it exists and who may enter it.", spec.WorkingDirectory),
            StageStreams or StageOutput => new LaunchFailedException(LaunchStage.StandardStreams, $"The program's standard streams: {why}. Check the runtime directory's space.", spec.WorkingDirectory),
            StageCgroup => new LaunchFailedException(LaunchStage.Containment, $"The run's cgroup: {why}. See 'workflowctl doctor'."),
            StageClone => new LaunchFailedException(LaunchStage.Spawn, $"The kernel refused to start a process: {why}. Check the limits on processes and memory."),
            StageNoNewPrivileges => HardeningRefusals.Describe(Hardening.NoNewPrivileges, errno),
            StageLandlock => HardeningRefusals.Describe(Hardening.Landlock, errno),
            StagePidNamespace => HardeningRefusals.Describe(Hardening.PidNamespace, errno),
            StageMounts => HardeningRefusals.DescribeMounts(spec.Hardening, errno),
            _ => new LaunchFailedException(LaunchStage.Shim, $"The shim failed at stage {stage}: {why}. See 'workflowctl doctor'."),
        };
    }
}
