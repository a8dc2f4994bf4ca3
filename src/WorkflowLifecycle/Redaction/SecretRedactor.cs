using System.Text.RegularExpressions;

namespace WorkflowLifecycle.Redaction;

/// <summary>
/// Takes out what looks like a secret: values of options and assignments whose name says so, credentials in URLs, bearer tokens, and
/// tokens of well-known shapes. A guess by nature: a secret that looks like a plain word stays. Linear time (no backtracking).
/// </summary>
internal sealed partial class SecretRedactor : IRedactor
{
    private const string Mask = "***";

    public IReadOnlyList<string> RedactArguments(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string[] redacted = new string[arguments.Count];
        bool nextIsSecret = false;
        for (int i = 0; i < redacted.Length; i++)
        {
            string argument = arguments[i];
            redacted[i] = nextIsSecret && !argument.StartsWith('-') ? Mask : RedactText(argument);
            nextIsSecret = SecretOption().IsMatch(argument) || Header().IsMatch(argument);
        }

        return redacted;
    }

    public string RedactText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string result = Assignment().Replace(text, "${keep}" + Mask);
        result = SeparateValue().Replace(result, "${keep}" + Mask);
        result = UrlCredentials().Replace(result, "${keep}" + Mask + "@");
        result = Bearer().Replace(result, "${keep} " + Mask);
        return KnownToken().Replace(result, Mask);
    }

    private const string SecretName = "(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization|auth|cookie|session[-_]?key|signature)s?";

    [GeneratedRegex("^--?[a-z0-9_-]*" + SecretName + "$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SecretOption();

    [GeneratedRegex("^(?:-u|--user|--proxy-user)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Header();

    [GeneratedRegex("(?<keep>[a-z0-9_.-]*" + SecretName + "[a-z0-9_-]*[\"']?\\s*[=:]\\s*[\"']?)(?:(?:bearer|basic|token) +)?[^\\s\"'&;,]+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();

    [GeneratedRegex("(?<keep>--?[a-z0-9_-]*" + SecretName + " +)[^\\s-][^\\s]*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SeparateValue();

    [GeneratedRegex("(?<keep>[a-z][a-z0-9+.-]*://)[^\\s/@]+@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UrlCredentials();

    [GeneratedRegex("\\b(?<keep>bearer|basic) +[a-z0-9._~+/=-]{8,}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Bearer();

    [GeneratedRegex("(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|sk-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|glpat-[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex KnownToken();
}
