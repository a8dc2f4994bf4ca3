using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

/// <summary>What the settings of cleaners have in common.</summary>
internal static class CleanerOptionRules
{
    public static void CheckCeiling(ValidateOptionsResultBuilder result, string setting, TimeSpan ceiling)
    {
        if (ceiling <= TimeSpan.Zero || ceiling > TimeSpan.FromDays(1))
        {
            result.AddError("must be above 0 and at most 24 hours. Correct the setting.", setting);
        }
    }

    public static void CheckDirectory(ValidateOptionsResultBuilder result, string setting, string? directory)
    {
        if (directory is not null && (!Path.IsPathFullyQualified(directory) || directory.Contains('\0', StringComparison.Ordinal)))
        {
            result.AddError("must be an absolute path. Correct the setting.", setting);
        }
    }
}
