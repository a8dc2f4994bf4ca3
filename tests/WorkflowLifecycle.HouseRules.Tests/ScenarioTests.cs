using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>The numbered faults and abuses. <c>eng/scenarios</c> lists which test proves which.</summary>
public sealed partial class ScenarioTests
{
    private const int Last = 78;

    private static readonly HashSet<string> _known =
        new(Enumerable.Range(1, Last).Select(number => "S" + number.ToString("00", CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    private static IEnumerable<(TrackedFile File, string Scenario)> Named =>
        from file in Repository.CSharp("tests/").Concat(Repository.CSharp("src/WorkflowLifecycle.Testing"))
        from match in ScenarioTrait().Matches(file.Text)
        select (file, match.Groups["name"].Value);

    [Fact]
    public void Scenarios_NamedByTests_Exist() =>
        Violations.AssertNone(Named.Where(named => !_known.Contains(named.Scenario)).Select(named => $"{named.File}: {named.Scenario}"));

    [GeneratedRegex("""\bTrait\(\s*"Scenario"\s*,\s*"(?<name>[^"]*)"\s*\)""")]
    private static partial Regex ScenarioTrait();
}
