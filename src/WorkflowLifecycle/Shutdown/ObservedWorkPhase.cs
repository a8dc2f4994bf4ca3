using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Shutdown;

/// <summary>A phase that waits for work which is known from critical sections, or seen from outside.</summary>
internal sealed class ObservedWorkPhase(
    string name,
    CriticalSectionKind kind,
    TimeSpan ceiling,
    IContainmentPlatform platform,
    Func<RunRecord, IReadOnlyList<ProcessSnapshot>, IReadOnlyList<InFlightWork>> find,
    WorkWait wait,
    IRedactor redactor) : IShutdownPhase
{
    private const int LongestDescription = 200;

    public string Name { get; } = name;

    public ShutdownStage Stage => ShutdownStage.Quiesce;

    public TimeSpan Ceiling { get; } = ceiling;

    public ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken = default) => new(Look(context));

    public async Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken)
    {
        // Exactly this. What begins meanwhile is found by the next look at the tree as it stands still. A section that was left is over, though
        // its holder is in the next one by now: to a look the two are the same.
        IReadOnlyList<InFlightWork> work = Look(context);
        bool isSectionLeft = false;
        async Task WaitForSectionAsync(IReadOnlyList<InFlightWork> left, CancellationToken token)
        {
            if (left.Any(IsSection))
            {
                await platform.Work.WaitForSectionAsync(context.Run.Containment!, kind, token).ConfigureAwait(false);
                Volatile.Write(ref isSectionLeft, true);
            }
            else
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ConfigureAwait(false);
            }
        }

        IReadOnlyList<InFlightWork> LookForTheRest() => Volatile.Read(ref isSectionLeft) ? Find(context) : Look(context);
        await wait.UntilDoneAsync(work, LookForTheRest, WaitForSectionAsync, context.WaitFor, cancellationToken).ConfigureAwait(false);
    }

    private bool IsSection(InFlightWork work) => work.Description.StartsWith(SectionWords, StringComparison.Ordinal);

    private string SectionWords => $"critical section {Name}";

    private IReadOnlyList<InFlightWork> Look(ShutdownContext context)
    {
        if (context.Run.Containment is not { } containment)
        {
            return [];
        }

        IEnumerable<InFlightWork> sections = platform.Work.ReadSections(containment)
            .Where(section => section.Kind == kind)
            .Select(section => new InFlightWork(Describe(section)) { Pid = section.Pid, StartTicks = section.StartTicks });
        return [.. sections, .. Find(context)];
    }

    private IReadOnlyList<InFlightWork> Find(ShutdownContext context) =>
        [.. find(context.Run, context.ListProcesses()).Select(work => work with { Description = Clean(work.Description) })];

    private string Describe(CriticalSection section) => section.Name.Length == 0 ? SectionWords : $"{SectionWords}: {Clean(section.Name)}";

    // Redacted before it is cut: half a secret is not recognized as one.
    private string Clean(string text) => redactor.RedactText(text) is var redacted && redacted.Length > LongestDescription ? redacted[..LongestDescription] : redacted;
}
