using System.Text.RegularExpressions;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>How a source file looks.</summary>
public sealed partial class FileShapeTests
{
    private const int MostLines = 450;

    private static readonly string[] _code = [".cs", ".c", ".h", ".sh", ".sql"];

    private static IEnumerable<TrackedFile> Code =>
        Repository.Files.Where(file => _code.Contains(Path.GetExtension(file.Path), StringComparer.Ordinal));

    private static IEnumerable<TrackedFile> CSharp => Code.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    [Fact]
    public void Files_AreSmall() =>
        Violations.AssertNone(Code.Where(file => file.Lines.Length > MostLines + 1).Select(file => $"{file}: {file.Lines.Length - 1} lines"));

    [Fact]
    public void Files_HoldOneTypeAndBearItsName()
    {
        List<string> broken = [];
        foreach (TrackedFile file in CSharp)
        {
            List<string> types = [.. TopLevelType().Matches(file.Text).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];
            string name = file.Name[..file.Name.IndexOf('.', StringComparison.Ordinal)];
            if (types.Count > 1 || (types.Count == 1 && types[0] != name && file.Name != "Program.cs"))
            {
                broken.Add($"{file}: {string.Join(", ", types)}");
            }
        }

        Violations.AssertNone(broken);
    }

    [Fact]
    public void Files_HaveNoRegionAndNoBanner() => Violations.AssertNowhere(Banner(), CSharp);

    [Fact]
    public void Files_SwallowNoException() => Violations.AssertNowhere(EmptyCatch(), CSharp);

    [Fact]
    public void Files_PromiseNothingForLater() => Violations.AssertNowhere(Promise(), Code);

    [Fact]
    public void Tests_AreNeverSkippedWithoutAReason() => Violations.AssertNowhere(SkipWithoutReason(), CSharp);

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|readonly|ref|partial|unsafe)\s+)*(?:record\s+struct|record\s+class|record|class|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^\s*(#region|//+\s*[-=*#~_]{3,}|////)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Banner();

    // A comment is no handling: what is expected is said by the type or the filter, what is done about it by a statement.
    [GeneratedRegex(@"\bcatch\b\s*(\([^{}]*\))?\s*\{(\s|//[^\n]*\n|/\*.*?\*/)*\}", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HAC[K]|XX[X])\b")]
    private static partial Regex Promise();

    [GeneratedRegex("""\bSkip\s*=\s*"\s*"|Assert\.Skip\(\s*(""|string\.Empty)""")]
    private static partial Regex SkipWithoutReason();
}
