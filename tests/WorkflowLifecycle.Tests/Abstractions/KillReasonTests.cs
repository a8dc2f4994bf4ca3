using CsCheck;

namespace WorkflowLifecycle.Tests.Abstractions;

[Trait("Scenario", "S59")]
public sealed class KillReasonTests
{
    [Theory]
    [InlineData("why")]
    [InlineData("  stuck since noon  ")]
    [InlineData("Прервано")]
    [InlineData("初期化で停止")]
    [InlineData("كتم العملية")]
    [InlineData("بی‌نام است")]
    [InlineData("family 👨‍👩‍👧 emoji")]
    [InlineData("cafe\u0301 closed")]
    public void Explain_ReasonThatSaysSomething_IsFine(string reason) => Assert.Null(KillReason.Explain(reason));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   \t\r\n ")]
    public void Explain_NoReason_AsksForOne(string? reason) => Assert.Contains("required", KillReason.Explain(reason), StringComparison.Ordinal);

    [Theory]
    [InlineData("ab")]
    [InlineData("a        b")]
    [InlineData("a\u200b\u200b\u200bb")]
    [InlineData("\u200e\u200f\u2060\ufeff")]
    [InlineData("\u00ad\u00ad\u00ad")]
    [InlineData("\U000E0041\U000E0042\U000E0043")]
    [InlineData("\u3164\u3164\u3164")]
    [InlineData("\u115f\u1160\uffa0")]
    [InlineData("\u2800\u2800\u2800")]
    [InlineData("\ufe0f\ufe0f\ufe0f")]
    [InlineData("\u034f\u0301\u0301")]
    public void Explain_FewerThanThreeVisible_IsTooShort(string reason) => Assert.Contains("too short", KillReason.Explain(reason), StringComparison.Ordinal);

    [Theory]
    [InlineData("stuck\nsince noon")]
    [InlineData("stuck\0since")]
    [InlineData("stuck\u001b[2Jsince")]
    [InlineData("stuck\u0085since")]
    [InlineData("stuck\u2028since")]
    [InlineData("stuck\u2029since")]
    [InlineData("stuck \u202eevig ton od\u202c")]
    [InlineData("stuck \u2066since\u2069")]
    public void Explain_ControlOrDirectionOverride_IsRefused(string reason) =>
        Assert.Contains("control characters", KillReason.Explain(reason), StringComparison.Ordinal);

    [Theory]
    [InlineData(3, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(1_000_000, false)]
    public void Explain_Length_Is3To1000(int length, bool isGood) => Assert.Equal(isGood, KillReason.Explain(new string('x', length)) is null);

    [Fact]
    public void Explain_AnyText_NeverThrows() =>
        Gen.String[Gen.Char, 0, 1100].Sample(text => KillReason.Explain(text) is null or { Length: > 0 });
}
