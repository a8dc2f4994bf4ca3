using System.Text.Json;
using CsCheck;

namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class RunIdTests
{
    private const string First = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Later = First + "._:-";

    private static readonly Gen<string> _valid = Gen.Select(
        Gen.Char[First], Gen.String[Gen.Char[Later], 0, RunId.MaximumLength - 1], (head, tail) => head + tail);

    private static bool IsValid(string text) =>
        text.Length is > 0 and <= RunId.MaximumLength && First.Contains(text[0], StringComparison.Ordinal) && text.All(Later.Contains);

    [Fact]
    public void Parse_WhatTheRuleAllows_FormatsBack() =>
        _valid.Sample(text => RunId.Parse(text).ToString() == text && RunId.Parse(text).Value == text && RunId.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyText_AcceptsNothingElse() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char[Later + "/ \0é\n%\\*"], 0, 140]).Sample(text => RunId.TryParse(text, out _) == IsValid(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("-rf")]
    [InlineData("_x")]
    [InlineData(":x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData("a*")]
    [InlineData("١")]
    public void Parse_WhatTheRuleForbids_NamesTheRule(string? text)
    {
        Assert.False(RunId.TryParse(text, out RunId id));
        Assert.Equal(default, id);
        Assert.Contains(RunId.Rule, Assert.Throws<FormatException>(() => RunId.Parse(text!)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TryParse_Length_EndsAt128(int length, bool expected) => Assert.Equal(expected, RunId.TryParse(new string('a', length), out _));

    [Fact]
    public void New_Id_KeepsTheRuleAndIsFresh()
    {
        RunId[] ids = [.. Enumerable.Range(0, 1000).Select(_ => RunId.New())];

        Assert.All(ids, id => Assert.Matches("^run_[0-9a-f]{12}$", id.Value));
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Comparison_IsOrdinalAndCaseMatters()
    {
        Assert.NotEqual(RunId.Parse("A"), RunId.Parse("a"));
        Assert.True(RunId.Parse("A") < RunId.Parse("a"));
        Assert.Equal(string.Empty, default(RunId).Value);
    }

    [Fact]
    public void Json_RoundTrips_AndRefusesWhatIsNoId()
    {
        RunId id = RunId.Parse("run_1");

        Assert.Equal("\"run_1\"", JsonSerializer.Serialize(id));
        Assert.Equal(id, JsonSerializer.Deserialize<RunId>("\"run_1\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunId>("\"../x\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunId>("null"));
    }
}
