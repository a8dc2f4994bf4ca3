using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

/// <summary>Checks the settings of the cleaner <c>git</c>.</summary>
internal sealed class GitCleanerOptionsValidator : IValidateOptions<GitCleanerOptions>
{
    private const int MostLevels = 8;

    public ValidateOptionsResult Validate(string? name, GitCleanerOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (options.Ceiling <= TimeSpan.Zero || options.Ceiling > TimeSpan.FromDays(1))
        {
            result.AddError("must be above 0 and at most 24 hours. Correct the setting.", nameof(options.Ceiling));
        }

        if (options.LevelsBelow is < 0 or > MostLevels)
        {
            result.AddError("must be 0 to 8. Correct the setting.", nameof(options.LevelsBelow));
        }

        if (!Enum.IsDefined(options.Worktree))
        {
            result.AddError("must be Keep or Remove. Correct the setting.", nameof(options.Worktree));
        }

        return result.Build();
    }
}
