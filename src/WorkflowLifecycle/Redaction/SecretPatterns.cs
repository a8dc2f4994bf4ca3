using System.Text.RegularExpressions;

namespace WorkflowLifecycle.Redaction;

/// <summary>
/// What secrets look like. Each pattern has the group <c>keep</c> for what stays before the secret; where it depends on them, <c>name</c>
/// and <c>value</c>. None of them backtracks.
/// </summary>
internal static partial class SecretPatterns
{
    private const RegexOptions Linear = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    private const string Name =
        "(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|auth(?:orization)?|cookie|signature|jwt|otp"
        + "|(?:api|access|account|client|encryption|license|master|private|secret|service|session|shared|signing|ssh)[-_]?key)s?";

    // "password2", "secretKey", "token_value", but not "author" or "tokenizer".
    private const string Ending = "(?:[0-9]+|(?:key|value|hash|text|string|data)s?|[-_][a-z0-9_-]*)?";

    private const string Named = "(?<name>[a-z0-9_.-]*" + Name + Ending + ")";

    // Quoted as in shells and JSON; behind backslashes as in JSON within JSON; else up to what usually ends a value.
    private const string Value =
        "(?<value>\"(?:[^\"\\\\]|\\\\[\\s\\S])*\"?|'[^']*'?|(?:(?:bearer|basic|token|digest|apikey) +)?[^\\s\"'&;,\\\\][^\\s\"'&;,]*)";

    [GeneratedRegex("^--?[a-z0-9_-]*" + Name + "$", Linear)]
    public static partial Regex SecretOption();

    [GeneratedRegex("^(?:-[a-z]|--[a-z][a-z0-9-]*(?:=[\\s\\S]*)?)$", Linear)]
    public static partial Regex Option();

    [GeneratedRegex("^(?<keep>" + Named + "=)(?<value>[\\s\\S]+)$", Linear)]
    public static partial Regex WholeArgument();

    [GeneratedRegex("(?<keep>\\b(?:proxy-)?(?:authorization|(?:set-)?cookie)[ \\t]*:[ \\t]*)[^\\s\"'\\\\][^\"'\\r\\n\\\\]*(?:\"[^\"\\r\\n]*\"[^\"'\\r\\n\\\\]*)*", Linear)]
    public static partial Regex Header();

    [GeneratedRegex("(?<keep>" + Named + "\\\\*[\"']?[ \\t]*[=:][ \\t]*(?:\\\\+[\"'])?)" + Value, Linear)]
    public static partial Regex Assignment();

    [GeneratedRegex("(?<keep>(?<name>--?[a-z0-9_-]*" + Name + ") +)(?<value>\"[^\"]*\"?|'[^']*'?|[^\\s-][^\\s]*)", Linear)]
    public static partial Regex SeparateValue();

    [GeneratedRegex("(?<keep>[a-z][a-z0-9+.-]*://)[^\\s/?#\"']+@", Linear)]
    public static partial Regex UrlCredentials();

    [GeneratedRegex("(?<keep>[?&](?:sig|code|key)=)[^\\s&\"'#]+", Linear)]
    public static partial Regex UrlSignature();

    [GeneratedRegex("(?<keep>\\bbearer +)[a-z0-9._~+/=-]{8,}", Linear)]
    public static partial Regex Bearer();

    [GeneratedRegex("(?<keep>\\bbasic +)(?<value>[a-z0-9+/=]{8,})", Linear)]
    public static partial Regex Basic();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    public static partial Regex PrivateKey();

    [GeneratedRegex(
        "\\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{16,}|sk-[A-Za-z0-9_-]{16,}|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}"
        + "|xox[abprs]-[A-Za-z0-9-]{10,}|A[KS]IA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|hf_[A-Za-z0-9]{16,}|npm_[A-Za-z0-9]{30,}"
        + "|eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    public static partial Regex KnownToken();
}
