using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

internal sealed class TempCleanerOptionsValidator : IValidateOptions<TempCleanerOptions>
{
    public ValidateOptionsResult Validate(string? name, TempCleanerOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        CleanerOptionRules.CheckCeiling(result, $"{nameof(TempCleanerOptions)}.{nameof(options.Ceiling)}", options.Ceiling);
        CleanerOptionRules.CheckDirectory(result, $"{nameof(TempCleanerOptions)}.{nameof(options.Directory)}", options.Directory);
        return result.Build();
    }
}
