using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>
/// What is to happen at a step: <c>die=STEP:SIDE</c> by SIGKILL, there and then; <c>hold=STEP:SIDE:MILLISECONDS</c>; <c>fail=STEP:SIDE</c>, as if
/// the store were away; <c>cancel=STEP:SIDE</c>, as if the time were up. Each once.
/// </summary>
internal sealed class PlannedFailpoint(HostArguments arguments) : IFailpoints
{
    // Made beforehand: between the step and the signal nothing is to be loaded.
    private readonly Process _self = Process.GetCurrentProcess();
    private readonly HashSet<string> _done = [];

    public bool IsDeadly => arguments.Value("die") is not null;

    public void Reached(PersistedStep step, StepSide side)
    {
        string here = $"{step}:{side}";
        if (arguments.Value("die") == here)
        {
            _self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }

        if (Planned("hold", here) is { } milliseconds)
        {
            Thread.Sleep(int.Parse(milliseconds[1..], CultureInfo.InvariantCulture));
        }

        if (Planned("fail", here) is not null)
        {
            throw new StoreUnavailableException($"away at {here}", null);
        }

        if (Planned("cancel", here) is not null)
        {
            throw new OperationCanceledException($"over at {here}");
        }
    }

    // What stands behind the place, the first time.
    private string? Planned(string what, string here)
    {
        lock (_done)
        {
            return arguments.Value(what) is { } plan && plan.StartsWith(here, StringComparison.Ordinal) && _done.Add(what) ? plan[here.Length..] : null;
        }
    }
}
