using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>
/// The name of a run: one root program and its whole process tree. Never reused while the run's row is retained.
/// </summary>
/// <remarks>
/// 1 to 128 characters of the form <c>[A-Za-z0-9][A-Za-z0-9._:-]*</c>. A run id is data: it is never part of a path, so <c>..</c>-like names are harmless.
/// </remarks>
[JsonConverter(typeof(RunIdJsonConverter))]
public readonly record struct RunId : IComparable<RunId>, ISpanParsable<RunId>
{
    /// <summary>The longest run id, in characters.</summary>
    public const int MaximumLength = 128;

    /// <summary>The rule in words, for messages.</summary>
    public const string Rule = "a run id has 1 to 128 characters, starts with a letter or digit, and goes on with letters, digits, '.', '_', ':' or '-'";

    private readonly string? _value;

    private RunId(string value) => _value = value;

    /// <summary>The id as text. Empty only for <c>default(RunId)</c>, which no API accepts.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>A fresh random id: <c>run_</c> and 12 hexadecimal digits.</summary>
    public static RunId New() => new("run_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text breaks the rule; the message states it.</exception>
    public static RunId Parse(string text) => Parse(text.AsSpan(), null);

    /// <inheritdoc/>
    public static RunId Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static RunId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, provider, out RunId result) ? result : throw new FormatException($"Not a run id: {Rule}.");

    /// <summary>Reads an id; false when the text breaks the rule.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId result) => TryParse(text.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RunId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out RunId result)
    {
        result = default;
        if (s.IsEmpty || s.Length > MaximumLength || !char.IsAsciiLetterOrDigit(s[0]))
        {
            return false;
        }

        foreach (char c in s)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-'))
            {
                return false;
            }
        }

        result = new RunId(s.ToString());
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(RunId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Ordinal order.</summary>
    public static bool operator <(RunId left, RunId right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(RunId left, RunId right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(RunId left, RunId right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(RunId left, RunId right) => left.CompareTo(right) >= 0;
}
