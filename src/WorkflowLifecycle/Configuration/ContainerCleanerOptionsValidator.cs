using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

/// <summary>Checks the settings of the cleaner <c>containers</c>.</summary>
internal sealed class ContainerCleanerOptionsValidator : IValidateOptions<ContainerCleanerOptions>
{
    private const int Most = 10;

    public ValidateOptionsResult Validate(string? name, ContainerCleanerOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (options.Ceiling <= TimeSpan.Zero || options.Ceiling > TimeSpan.FromDays(1))
        {
            result.AddError("must be above 0 and at most 24 hours. Correct the setting.", nameof(options.Ceiling));
        }

        if (options.Clients.Count > Most || options.Clients.Any(static client => !Path.IsPathFullyQualified(client.Path)))
        {
            result.AddError("must be at most 10 programs, each by its absolute path. Correct the setting.", nameof(options.Clients));
        }

        return result.Build();
    }
}
