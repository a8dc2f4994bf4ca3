using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>The name of one kill, and its idempotency key on the way down: <c>kill_</c> and 32 hexadecimal digits.</summary>
[JsonConverter(typeof(KillIdJsonConverter))]
public readonly record struct KillId
{
    private const string Prefix = "kill_";

    private readonly Guid _value;

    private KillId(Guid value) => _value = value;

    /// <summary>A fresh id, ordered by time.</summary>
    public static KillId New(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return new(Guid.CreateVersion7(timeProvider.GetUtcNow()));
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">Not a kill id.</exception>
    public static KillId Parse(string text) =>
        TryParse(text, out KillId result) ? result : throw new FormatException("Not a kill id: kill_ and 32 hexadecimal digits.");

    /// <summary>Reads an id; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KillId result)
    {
        result = default;

        // The length too: Guid would trim blanks.
        if (text is null || text.Length != Prefix.Length + 32 || !text.StartsWith(Prefix, StringComparison.Ordinal) ||
            !Guid.TryParseExact(text.AsSpan(Prefix.Length), "N", out Guid value))
        {
            return false;
        }

        result = new KillId(value);
        return true;
    }

    /// <summary>The 16 bytes of the id, most significant first.</summary>
    public byte[] ToByteArray() => _value.ToByteArray(bigEndian: true);

    /// <inheritdoc/>
    public override string ToString() => Prefix + _value.ToString("N");
}
