using System.Text.RegularExpressions;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>What is committed works anywhere: it names no machine and no feed.</summary>
public sealed partial class AddressTests
{
    // Documentation and identifiers; a name without a dot is sample data. Whatever is downloaded comes from the sources that the machine has configured.
    private static readonly string[] _hosts =
    [
        "example.com", "example.org", "127.0.0.1", "github.com", "learn.microsoft.com", "schemas.microsoft.com", "json-schema.org",
        "www.w3.org", "man7.org", "docs.kernel.org", "www.kernel.org", "www.sqlite.org", "sqlite.org", "opentelemetry.io", "no-color.org",
        "www.freedesktop.org", "keepachangelog.com",
    ];

    [Fact]
    public void Addresses_InTrackedFiles_AreOfDocumentation()
    {
        IEnumerable<string> broken =
            from file in Repository.Files
            where file.IsText
            from match in Address().Matches(file.Text)
            let host = match.Groups["host"].Value
            where host.Contains('.', StringComparison.Ordinal) && !_hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            select $"{file}: {match.Value}";

        Violations.AssertNone(broken);
    }

    [Fact]
    public void TrackedFiles_NameNoFeed() => Violations.AssertNowhere(FeedHost(), Repository.Files);

    [Fact]
    public void TrackedFiles_NameNoPathOfOneMachine() => Violations.AssertNowhere(MachinePath(), Repository.Files);

    [GeneratedRegex(@"\bhttps?://([^\s/@""]*@)?(?<host>[A-Za-z0-9.-]*[A-Za-z0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(nuget[.]org|nugettest[.]org|myget[.]org|pkgs[.]dev[.]azure|deb[.]debian|ftp[.]debian|packages[.]microsoft|npmjs[.])", RegexOptions.IgnoreCase)]
    private static partial Regex FeedHost();

    [GeneratedRegex(@"(?<![\w.$}-])/(work|root|home/[a-z]+|Users/[A-Za-z]+|opt/nuget)/[\w.]|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
