using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

internal sealed class WorkDirectoryCleanerOptionsValidator : IValidateOptions<WorkDirectoryCleanerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkDirectoryCleanerOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        CleanerOptionRules.CheckCeiling(result, $"{nameof(WorkDirectoryCleanerOptions)}.{nameof(options.Ceiling)}", options.Ceiling);
        CleanerOptionRules.CheckDirectory(result, $"{nameof(WorkDirectoryCleanerOptions)}.{nameof(options.ArchiveDirectory)}", options.ArchiveDirectory);
        if (!Enum.IsDefined(options.Policy))
        {
            result.AddError("must be Keep, Delete or Archive. Correct the setting.", $"{nameof(WorkDirectoryCleanerOptions)}.{nameof(options.Policy)}");
        }

        if (options.Policy == WorkDirectoryPolicy.Archive && options.ArchiveDirectory is null)
        {
            result.AddError("must be set where the policy is Archive.", $"{nameof(WorkDirectoryCleanerOptions)}.{nameof(options.ArchiveDirectory)}");
        }

        return result.Build();
    }
}
