using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkflowLifecycle.Redaction;

/// <summary>
/// Takes out what looks like a secret: values of options and assignments whose name says so, credentials in URLs and headers, and tokens
/// of well-known shapes. A guess by nature: a secret that looks like a plain word stays, and so does what follows <c>-p</c>, which means a
/// port or a path far more often. Linear time (no backtracking).
/// </summary>
internal sealed class SecretRedactor : IRedactor
{
    private const string Mask = "***";

    // A name that speaks of something about the secret, not of the secret.
    private static readonly string[] HarmlessEndings =
    [
        "-budget", "-count", "-dir", "-expiry", "-file", "-length", "-limit", "-method", "-mode", "-name", "-path", "-provider", "-size", "-stdin", "-timeout",
        "-ttl", "-type", "-uri", "-url", "-usage",
    ];

    public IReadOnlyList<string> RedactArguments(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string[] redacted = new string[arguments.Count];
        for (int i = 0; i < redacted.Length; i++)
        {
            redacted[i] = RedactArgument(i == 0 ? string.Empty : arguments[i - 1], arguments[i]);
        }

        return redacted;
    }

    public string RedactText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string result = SecretPatterns.PrivateKey().Replace(text, Mask);
        result = SecretPatterns.Header().Replace(result, "${keep}" + Mask);
        result = SecretPatterns.Assignment().Replace(result, MaskValue);
        result = SecretPatterns.SeparateValue().Replace(result, MaskValue);
        result = SecretPatterns.UrlCredentials().Replace(result, "${keep}" + Mask + "@");
        result = SecretPatterns.UrlSignature().Replace(result, "${keep}" + Mask);
        result = SecretPatterns.Bearer().Replace(result, "${keep}" + Mask);
        result = SecretPatterns.Basic().Replace(result, static match => IsPlainWord(match.Groups["value"].ValueSpan) ? match.Value : match.Groups["keep"].Value + Mask);
        return SecretPatterns.KnownToken().Replace(result, Mask);
    }

    private string RedactArgument(string before, string argument)
    {
        if (SecretPatterns.SecretOption().IsMatch(before) && !SecretPatterns.Option().IsMatch(argument))
        {
            return IsCount(before, argument) ? argument : Mask;
        }

        // user:password, but "python -u script.py" and "docker -u https://…" mean something else.
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        if (before is "-u" or "--user" or "--proxy-user" && colon > 0 && !argument.AsSpan(colon).StartsWith("://"))
        {
            return string.Concat(argument.AsSpan(0, colon + 1), Mask);
        }

        // An argument that is one assignment has its value up to its end, whatever is in it.
        Match whole = SecretPatterns.WholeArgument().Match(argument);
        return whole.Success && !IsHarmless(whole) ? whole.Groups["keep"].Value + Mask : RedactText(argument);
    }

    private static string MaskValue(Match match)
    {
        if (IsHarmless(match))
        {
            return match.Value;
        }

        ReadOnlySpan<char> value = match.Groups["value"].ValueSpan;
        string quote = value[0] is '"' or '\'' ? value[..1].ToString() : string.Empty;
        bool isClosed = value.Length > 1 && value[^1] == value[0];
        return match.Groups["keep"].Value + quote + Mask + (isClosed ? quote : string.Empty);
    }

    private static bool IsHarmless(Match match)
    {
        string name = match.Groups["name"].Value;
        return HarmlessEndings.Any(ending => name.Replace('_', '-').EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || IsCount(name, match.Groups["value"].ValueSpan);
    }

    // "--max-tokens 4096" counts tokens; "--token 123456" may be a one-time password.
    private static bool IsCount(string name, ReadOnlySpan<char> value) =>
        name.EndsWith("tokens", StringComparison.OrdinalIgnoreCase) && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsPlainWord(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange('a', 'z');
}
