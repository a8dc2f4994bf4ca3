namespace WorkflowLifecycle.Killing;

/// <summary>An intent that went to the run's directory because the store was away.</summary>
/// <param name="Kill">The kill as it was asked for.</param>
/// <param name="Ground">On what ground it was permitted.</param>
/// <param name="Processes">How many processes were found.</param>
/// <param name="Strength">How firmly they were held.</param>
internal sealed record SpooledIntent(KillRecord Kill, string Ground, int Processes, string Strength);
