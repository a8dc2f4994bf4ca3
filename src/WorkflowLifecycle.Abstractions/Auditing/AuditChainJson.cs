using System.Globalization;
using System.Text;

namespace WorkflowLifecycle;

/// <summary>
/// Writes the flat objects of the chain by RFC 8785 (JSON Canonicalization Scheme): no white space, members in the order of their UTF-16
/// code units, the shortest escapes. Handwritten because the escapes of the framework's writer may change with its version, and these bytes are hashed.
/// </summary>
internal sealed class AuditChainJson
{
    private readonly StringBuilder _text = new();

    public AuditChainJson Open()
    {
        _text.Append('{');
        return this;
    }

    public AuditChainJson Close()
    {
        _text.Append('}');
        return this;
    }

    public AuditChainJson Member(string name, string? value)
    {
        Name(name);
        if (value is null)
        {
            _text.Append("null");
        }
        else
        {
            Text(value);
        }

        return this;
    }

    public AuditChainJson Member(string name, long value)
    {
        Name(name);
        _text.Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public AuditChainJson Member(string name, IReadOnlyDictionary<string, string> values)
    {
        Name(name);
        Open();
        foreach (KeyValuePair<string, string> pair in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Member(pair.Key, pair.Value);
        }

        return Close();
    }

    public override string ToString() => _text.ToString();

    private void Name(string name)
    {
        if (_text[^1] != '{')
        {
            _text.Append(',');
        }

        Text(name);
        _text.Append(':');
    }

    private void Text(string value)
    {
        _text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            // An unpaired surrogate is enumerated as U+FFFD: it has no UTF-8 form, and a store would replace it on the way to the disk.
            switch (rune.Value)
            {
                case '"':
                    _text.Append("\\\"");
                    break;
                case '\\':
                    _text.Append("\\\\");
                    break;
                case '\b':
                    _text.Append("\\b");
                    break;
                case '\t':
                    _text.Append("\\t");
                    break;
                case '\n':
                    _text.Append("\\n");
                    break;
                case '\f':
                    _text.Append("\\f");
                    break;
                case '\r':
                    _text.Append("\\r");
                    break;
                case < 0x20:
                    _text.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    _text.Append(rune.ToString());
                    break;
            }
        }

        _text.Append('"');
    }
}
