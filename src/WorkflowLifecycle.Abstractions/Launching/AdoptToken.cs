using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WorkflowLifecycle;

/// <summary>
/// The short form of a <see cref="ProcessIdentity"/> that a person can pass on: <c>PID@STARTTICKS@BOOT</c>, with <c>@HANDLE</c> behind it
/// where the kernel has one. Names one process of this machine and boot, or nobody: never whoever has the PID by then.
/// </summary>
public readonly record struct AdoptToken
{
    private const int BootLength = 8;
    private const int LongestHandle = 256;

    /// <summary>What a token looks like, for messages.</summary>
    public const string Rule = "an identity token is PID@STARTTICKS@BOOT or PID@STARTTICKS@BOOT@HANDLE, as 'workflowctl find' prints it";

    /// <summary>The process id, above 0.</summary>
    public required int Pid { get; init; }

    /// <summary>Start of the process, in clock ticks since boot.</summary>
    public required ulong StartTicks { get; init; }

    /// <summary>The beginning of the boot's id.</summary>
    public required string Boot { get; init; }

    /// <summary>Kernel file handle of the process (hexadecimal); null where the kernel has none.</summary>
    public string? Handle { get; init; }

    /// <summary>The token of a process.</summary>
    public static AdoptToken Of(ProcessIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return new AdoptToken { Pid = identity.Pid, StartTicks = identity.StartTicks, Boot = ShortBoot(identity.BootId), Handle = identity.PidfsHandle };
    }

    /// <summary>Reads a token. A bare PID is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AdoptToken token)
    {
        token = default;
        string[] parts = (text ?? string.Empty).Split('@');
        if (parts.Length is not (3 or 4)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || pid <= 0
            || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong start)
            || parts[2].Length is 0 or > BootLength || !parts[2].All(char.IsAsciiLetterOrDigit)
            || (parts.Length == 4 && (parts[3].Length is 0 or > LongestHandle || !parts[3].All(char.IsAsciiHexDigitLower))))
        {
            return false;
        }

        token = new AdoptToken { Pid = pid, StartTicks = start, Boot = parts[2], Handle = parts.Length == 4 ? parts[3] : null };
        return true;
    }

    /// <summary>Whether the token is that of this very process.</summary>
    public bool Names(ProcessIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Pid == Pid && identity.StartTicks == StartTicks && ShortBoot(identity.BootId) == Boot
            && (Handle is null || identity.PidfsHandle is null || identity.PidfsHandle == Handle);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Pid}@{StartTicks}@{Boot}") + (Handle is null ? string.Empty : "@" + Handle);

    private static string ShortBoot(string bootId)
    {
        string letters = string.Concat(bootId.Where(char.IsAsciiLetterOrDigit));
        return letters.Length > BootLength ? letters[..BootLength] : letters;
    }
}
