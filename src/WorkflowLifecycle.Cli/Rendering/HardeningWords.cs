namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Hardenings as they are said on the command line.</summary>
internal static class HardeningWords
{
    private static readonly (string Word, Hardening Hardening)[] _words =
    [
        ("landlock", Hardening.Landlock),
        ("pid-namespace", Hardening.PidNamespace),
        ("no-new-privileges", Hardening.NoNewPrivileges),
    ];

    public static string All => string.Join(", ", _words.Select(entry => entry.Word));

    public static IReadOnlyList<string> Of(Hardening hardening) => [.. _words.Where(entry => hardening.HasFlag(entry.Hardening)).Select(entry => entry.Word)];

    public static Hardening Parse(string? text)
    {
        Hardening hardening = Hardening.None;
        foreach (string word in text?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            Hardening known = _words.FirstOrDefault(entry => entry.Word == word).Hardening;
            hardening |= known != Hardening.None
                ? known
                : throw CliException.Usage($"Unknown hardening '{word}'.", "Name one or more of: " + All);
        }

        return hardening;
    }
}
