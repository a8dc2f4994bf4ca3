using System.Text;

namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>A method by name, as people write it.</summary>
internal static class MethodText
{
    /// <summary>For an address that no method was named for.</summary>
    public const string Unknown = "?";

    private const int LongestName = 500;

    // How a signature says what kind of type follows.
    private static readonly string[] _kinds = ["class ", "value class ", "valuetype "];

    /// <summary><c>Type.Method(arguments)</c>.</summary>
    /// <param name="type">The type with its namespace.</param>
    /// <param name="name">The method's name.</param>
    /// <param name="signature">As <c>instance void  (class System.Object,int32)</c>.</param>
    public static string Of(string type, string name, string signature)
    {
        int open = signature.IndexOf('(', StringComparison.Ordinal);
        string arguments = open < 0 ? "()" : signature[open..];
        foreach (string kind in _kinds)
        {
            arguments = arguments.Replace("(" + kind, "(", StringComparison.Ordinal).Replace("," + kind, ",", StringComparison.Ordinal).Replace("<" + kind, "<", StringComparison.Ordinal);
        }

        return Visible(type.Length == 0 ? name + arguments : $"{type}.{name}{arguments}");
    }

    // The names are whatever the program calls itself.
    private static string Visible(string text)
    {
        StringBuilder visible = new();
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, LongestName)))
        {
            visible.Append(char.IsControl(character) ? '?' : character);
        }

        return visible.ToString();
    }
}
