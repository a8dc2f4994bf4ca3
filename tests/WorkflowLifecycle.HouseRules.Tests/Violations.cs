using System.Text.RegularExpressions;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>Fails with every place that breaks a rule, in full: the collection asserts show five and shorten them.</summary>
internal static class Violations
{
    public static void AssertNone(IEnumerable<string> places)
    {
        List<string> found = [.. places];
        if (found.Count > 0)
        {
            Assert.Fail(string.Join(Environment.NewLine, found));
        }
    }

    public static void AssertNowhere(Regex pattern, IEnumerable<TrackedFile> files) =>
        AssertNone(
            from file in files
            where file.IsText
            from match in pattern.Matches(file.Text)
            let line = file.Text.AsSpan(0, match.Index).Count('\n') + 1
            select $"{file}:{line}: {match.Value.Trim().ReplaceLineEndings(" ")}");
}
