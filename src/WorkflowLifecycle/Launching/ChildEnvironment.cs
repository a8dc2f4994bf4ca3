using System.Collections;

namespace WorkflowLifecycle.Launching;

/// <summary>The environment of a program: the host's, changed as asked, and the run's id.</summary>
internal static class ChildEnvironment
{
    public const string RunIdVariable = "WORKFLOW_LIFECYCLE_RUN_ID";

    public static IReadOnlyDictionary<string, string> Build(LaunchRequest request, RunId runId)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        foreach ((string name, string? value) in request.Environment)
        {
            if (value is null)
            {
                environment.Remove(name);
            }
            else
            {
                environment[name] = value;
            }
        }

        environment[RunIdVariable] = runId.Value;
        return environment;
    }
}
