using Microsoft.Extensions.Options;

namespace WorkflowLifecycle.Configuration;

/// <summary>Checks the settings when they are first used. By hand: attributes on time spans do not survive trimming.</summary>
internal sealed class WorkflowLifecycleOptionsValidator : IValidateOptions<WorkflowLifecycleOptions>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, WorkflowLifecycleOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        Check(result, nameof(options.HostName), options.HostName is { Length: >= 1 and <= 100 } && options.HostName.All(IsVisible), "1 to 100 visible characters");
        Check(result, nameof(options.TerminateCeiling), options.TerminateCeiling > TimeSpan.Zero && options.TerminateCeiling <= Day, "above 0 and at most 24 hours");
        Check(result, nameof(options.GraceCap), options.GraceCap > TimeSpan.Zero && options.GraceCap <= Day, "above 0 and at most 24 hours");
        Check(result, nameof(options.HostShutdownGrace), options.HostShutdownGrace > TimeSpan.Zero && options.HostShutdownGrace <= Day, "above 0 and at most 24 hours");
        Check(result, nameof(options.CaptureEvidence), Enum.IsDefined(options.CaptureEvidence), "Never, OnStuck or OnGracefulKill");
        Check(result, nameof(options.EvidenceCeiling), options.EvidenceCeiling >= TimeSpan.FromMilliseconds(20) && options.EvidenceCeiling <= TimeSpan.FromSeconds(5), "20 ms to 5 s");
        CheckCeiling(result, nameof(options.GitCeiling), options.GitCeiling);
        CheckCeiling(result, nameof(options.DatabaseCeiling), options.DatabaseCeiling);
        CheckCeiling(result, nameof(options.FileCeiling), options.FileCeiling);
        CheckCeiling(result, nameof(options.OtherCeiling), options.OtherCeiling);
        Check(result, nameof(options.LeftoverGrace), options.LeftoverGrace >= TimeSpan.Zero && options.LeftoverGrace <= Day, "0 to 24 hours");
        Check(result, nameof(options.OutputFileCap), options.OutputFileCap is >= 4096 and <= 1L << 40, "4 KiB to 1 TiB");
        Check(result, nameof(options.OutputFilesKept), options.OutputFilesKept is >= 1 and <= 100, "1 to 100");
        Check(result, nameof(options.OutputDrainLimit), options.OutputDrainLimit > TimeSpan.Zero && options.OutputDrainLimit <= TimeSpan.FromHours(1), "above 0 and at most 1 hour");
        Check(result, nameof(options.Retention), options.Retention >= TimeSpan.FromHours(1) && options.Retention <= TimeSpan.FromDays(3653), "1 hour to 10 years");
        Check(result, nameof(options.OwnerClaimType), !string.IsNullOrWhiteSpace(options.OwnerClaimType), "a claim type");
        Check(result, nameof(options.OnHostExit), Enum.IsDefined(options.OnHostExit), "Kill or Keep");
        Check(result, nameof(options.MinimumStrength), Enum.IsDefined(options.MinimumStrength), "one of the strengths");
        Check(result, nameof(options.RuntimeDirectory), options.RuntimeDirectory is null || Path.IsPathFullyQualified(options.RuntimeDirectory), "an absolute path");
        Check(result, nameof(options.CgroupRoot), options.CgroupRoot is null || Path.IsPathFullyQualified(options.CgroupRoot), "an absolute path");
        return result.Build();
    }

    private static bool IsVisible(char c) =>
        !char.IsControl(c) && !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format;

    private static void CheckCeiling(ValidateOptionsResultBuilder result, string setting, TimeSpan ceiling) =>
        Check(result, setting, ceiling >= TimeSpan.Zero && ceiling <= Day, "0 to 24 hours");

    private static void Check(ValidateOptionsResultBuilder result, string setting, bool isGood, string range)
    {
        if (!isGood)
        {
            result.AddError($"must be {range}. Correct the setting.", setting);
        }
    }
}
