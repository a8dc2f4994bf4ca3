using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

/// <summary>Checks the settings of the cleaner <c>lock-files</c>.</summary>
internal sealed class LockFileCleanerOptionsValidator : IValidateOptions<LockFileCleanerOptions>
{
    private const int Most = 50;

    public ValidateOptionsResult Validate(string? name, LockFileCleanerOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        Check(result, nameof(options.Ceiling), options.Ceiling > TimeSpan.Zero && options.Ceiling <= TimeSpan.FromDays(1), "above 0 and at most 24 hours");
        Check(result, nameof(options.Patterns), options.Patterns.Count <= Most && options.Patterns.All(IsBelow), "at most 50 names below the working directory, without '..'");
        Check(result, nameof(options.Paths), options.Paths.Count <= Most && options.Paths.All(IsFile), "at most 50 absolute paths of files");
        return result.Build();
    }

    private static bool IsBelow(string pattern) =>
        !string.IsNullOrEmpty(pattern) && !Path.IsPathRooted(pattern) && !pattern.Contains('\0', StringComparison.Ordinal)
        && pattern.Split('/').All(static part => part.Length > 0 && part is not ("." or ".."));

    private static bool IsFile(string path) => Path.IsPathFullyQualified(path) && Path.GetFileName(path).Length > 0 && !path.Contains('\0', StringComparison.Ordinal);

    private static void Check(ValidateOptionsResultBuilder result, string setting, bool isGood, string range)
    {
        if (!isGood)
        {
            result.AddError($"must be {range}. Correct the setting.", setting);
        }
    }
}
