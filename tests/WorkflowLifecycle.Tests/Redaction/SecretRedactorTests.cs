using System.Diagnostics;
using CsCheck;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Redaction;

/// <summary>What must go, and what must stay. A <c>-p</c> stays: it means a port, a path or "parents" far more often than a password.</summary>
[Trait("Scenario", "S66")]
public sealed class SecretRedactorTests
{
    private const string Canary = "Zq7canary";

    private static readonly SecretRedactor _redactor = new();

    private static string Joined(params string[] arguments)
    {
        IReadOnlyList<string> redacted = _redactor.RedactArguments(arguments);
        Assert.Equal(arguments.Length, redacted.Count);
        return string.Join(' ', redacted);
    }

    public static TheoryData<string> SecretTexts =>
    [
        "--password Zq7canary",
        "--password=Zq7canary",
        "--password=\"with blanks Zq7canary\"",
        "--password 'with blanks Zq7canary'",
        "--api-key Zq7canary",
        "--secret-key Zq7canary",
        "--client-secret=Zq7canary",
        "API_KEY=Zq7canary",
        "export AWS_SECRET_ACCESS_KEY=Zq7canary",
        "DB_PASSWORD: Zq7canary",
        "clientSecret=Zq7canary",
        "secretKey=Zq7canary",
        "password2=Zq7canary",
        "AccountName=x;AccountKey=Zq7canary;EndpointSuffix=y",
        "Server=db;User Id=sa;Password=Zq7canary;Encrypt=true",
        "Server=db;Uid=sa;Pwd=Zq7canary",
        "Authorization: Bearer Zq7canary",
        "Authorization: ApiKey Zq7canary",
        "Authorization: Digest username=\"a\", response=Zq7canary",
        "authorization: basic Zq7canary==",
        "Proxy-Authorization: Basic Zq7canary",
        "Cookie: theme=dark; session=Zq7canary",
        "Set-Cookie: a=b; sid=Zq7canary",
        "X-Api-Key: Zq7canary",
        "bearer Zq7canarytoken",
        "https://jane:Zq7canary@example.org/x",
        "https://Zq7canary@example.org",
        "https://jane:p@Zq7canary@example.org",
        "postgres://app:Zq7canary@db:5432/main?sslmode=require",
        "redis://:Zq7canary@cache:6379",
        "https://example.org/x?token=Zq7canary&page=2",
        "https://example.org/x?page=2&access_token=Zq7canary",
        "https://example.org/blob?sv=1&sig=Zq7canary&se=2",
        "{\"token\":\"Zq7canary\"}",
        "{\"token\": \"with, blanks; Zq7canary\"}",
        "{\"password\":\"quote \\\" Zq7canary\"}",
        "{\\\"token\\\":\\\"Zq7canary\\\"}",
        "{'secret': 'Zq7canary'}",
        "token = Zq7canary",
        "ghp_Zq7canary0123456789abcdef",
        "github_pat_Zq7canary0123456789abcdef",
        "glpat-Zq7canary0123456789",
        "sk-Zq7canary0123456789abcdef",
        "sk-ant-api03-Zq7canary0123456789",
        "sk_live_Zq7canary0123456789abcdef",
        "xoxb-1234567890-Zq7canary",
        "hf_Zq7canary0123456789abcdef",
        "npm_Zq7canary0123456789abcdef0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJaq7canaryX.Zq7canary_-x",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIZq7canary\n-----END RSA PRIVATE KEY-----",
    ];

    [Theory]
    [MemberData(nameof(SecretTexts))]
    public void RedactText_Secret_IsGone(string text)
    {
        Assert.DoesNotContain(Canary, _redactor.RedactText(text), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, _redactor.RedactText("before " + text + " after"), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, Joined("tool", text, "after"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("ASIAIOSFODNN7EXAMPLE")]
    [InlineData("AIzaSyA0123456789abcdefghijklmnopqrstu")]
    public void RedactText_TokenOfAKnownShape_IsGone(string token) => Assert.Equal("key *** here", _redactor.RedactText($"key {token} here"));

    public static TheoryData<string[]> SecretArguments => new(
    [
        "--password", "Zq7canary"
    ], [
        "-password", "Zq7canary"
    ], [
        "--password", "blank Zq7canary"
    ], [
        "--password", "-Zq7canary$"
    ], [
        "--password=with,Zq7canary;x"
    ], [
        "--password=with blank Zq7canary"
    ], [
        "--secret-key", "Zq7canary"
    ], [
        "--token", "Zq7canary"
    ], [
        "--auth", "Zq7canary"
    ], [
        "--cookie", "a=b; c=Zq7canary"
    ], [
        "API_TOKEN=with blank Zq7canary"
    ], [
        "-u", "jane:Zq7canary"
    ], [
        "--user", "jane:Zq7canary"
    ], [
        "-H", "Authorization: Token Zq7canary"
    ], [
        "-H", "X-Auth-Token: Zq7canary"
    ], [
        "-d", "{\"user\":\"jane\",\"password\":\"Zq7canary\"}"
    ], [
        "--header=Authorization: Bearer Zq7canary"
    ]);

    [Theory]
    [MemberData(nameof(SecretArguments))]
    public void RedactArguments_Secret_IsGoneAndItsNeighboursStay(string[] arguments)
    {
        string shown = Joined(["before", .. arguments, "after"]);

        Assert.DoesNotContain(Canary, shown, StringComparison.Ordinal);
        Assert.StartsWith("before ", shown, StringComparison.Ordinal);
        Assert.EndsWith(" after", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("author")]
    [InlineData("--author=jane")]
    [InlineData("--author jane")]
    [InlineData("author: jane")]
    [InlineData("tokenizer.py")]
    [InlineData("tokenizer=gpt2")]
    [InlineData("--token-count 5")]
    [InlineData("--token-count=5")]
    [InlineData("--max-tokens 4096")]
    [InlineData("--max-tokens=4096")]
    [InlineData("max_tokens: 4096")]
    [InlineData("--password-file /run/credentials/db")]
    [InlineData("--password-stdin")]
    [InlineData("passenger=5")]
    [InlineData("secretary: Bob")]
    [InlineData("disk-usage-report-2024-01-02-final")]
    [InlineData("risk-assessment-of-the-third-quarter")]
    [InlineData("a basic understanding of it")]
    [InlineData("https://example.org/a@b")]
    [InlineData("https://example.org/x?mail=a@b.c")]
    [InlineData("ssh -p 22 host")]
    [InlineData("mkdir -p a/b")]
    [InlineData("git commit -m \"add login\"")]
    [InlineData("key=value")]
    [InlineData("monkey=1")]
    [InlineData("the token expired")]
    [InlineData("")]
    public void RedactText_HarmlessText_IsUnchanged(string text)
    {
        Assert.Equal(text, _redactor.RedactText(text));
        Assert.Equal(text, Joined(text.Split(' ')));
    }

    [Theory]
    [InlineData("python", "-u", "script.py")]
    [InlineData("git", "push", "-u", "origin", "main")]
    [InlineData("tool", "--no-auth", "--verbose", "-v")]
    [InlineData("tool", "--max-tokens", "100", "--token-budget", "5")]
    public void RedactArguments_HarmlessArguments_AreUnchanged(params string[] arguments) =>
        Assert.Equal(arguments, _redactor.RedactArguments(arguments));

    [Theory]
    [MemberData(nameof(SecretTexts))]
    public void RedactText_Twice_IsTheSameAsOnce(string text)
    {
        string once = _redactor.RedactText(text);
        Assert.Equal(once, _redactor.RedactText(once));
    }

    [Fact]
    public void Redact_AnyText_NeverThrowsAndKeepsTheCount() =>
        Gen.OneOf(Gen.String, Any.Of("--password", "-u", "token=", "\"", "Bearer ", "://", "@", "\\\"", "eyJ", "-----BEGIN PRIVATE KEY-----")).Array[0, 8].Sample(parts =>
            _redactor.RedactArguments(parts).Count == parts.Length && _redactor.RedactText(string.Concat(parts)) is not null);

    [Theory]
    [Trait("Scenario", "S78")]
    [InlineData("a")]
    [InlineData("token")]
    [InlineData("token=")]
    [InlineData("token=\"")]
    [InlineData("password: ")]
    [InlineData("--password ")]
    [InlineData("http://a@")]
    [InlineData("http://")]
    [InlineData("a:")]
    [InlineData("Bearer aaaaaaaaaa ")]
    [InlineData("Cookie: ")]
    [InlineData("eyJaaaaaaaaa.")]
    [InlineData("sk-")]
    [InlineData("\\\"")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("?sig=")]
    public void RedactText_OneMegabyteOfAnyShape_TakesLinearTime(string unit)
    {
        _redactor.RedactText(unit);
        string small = string.Concat(Enumerable.Repeat(unit, 128 * 1024 / unit.Length));
        string large = string.Concat(Enumerable.Repeat(unit, 1024 * 1024 / unit.Length));

        long started = Stopwatch.GetTimestamp();
        _redactor.RedactText(small);
        TimeSpan forSmall = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        _redactor.RedactText(large);
        TimeSpan forLarge = Stopwatch.GetElapsedTime(started);

        // Eight times as much: a quadratic pattern takes sixty-four times as long, and a noisy machine not more than a second.
        Assert.True(forLarge < (forSmall * 30) + TimeSpan.FromSeconds(1), $"{unit}: {forSmall.TotalMilliseconds:0} ms, {forLarge.TotalMilliseconds:0} ms");
    }
}
