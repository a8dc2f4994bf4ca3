using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WorkflowLifecycle;

/// <summary>A resource of a run that is over and that is not free yet. It is retried until it is.</summary>
public sealed record CleanupDebt
{
    /// <summary>Its id, <c>debt_</c> and 12 hexadecimal digits. The same resource of the same run has the same id in each process; see <see cref="IdOf"/>.</summary>
    public required string DebtId { get; init; }

    /// <summary>Counts the writes of this row; the store refuses to update an older one.</summary>
    public long Version { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The kill that left it; null when the run ended by itself.</summary>
    public KillId? KillId { get; init; }

    /// <summary>Who is to free it: the name of a cleaner.</summary>
    public required string Cleaner { get; init; }

    /// <summary>What is to be freed; null when the cleaner has to look for it again.</summary>
    public RunResource? Resource { get; init; }

    /// <summary>Why it is not free yet: the latest reason.</summary>
    public required string Reason { get; init; }

    /// <summary>The machine on which it is.</summary>
    public required string HostId { get; init; }

    /// <summary>When it arose.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was retried.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was retried last; null when never.</summary>
    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>When it is due next.</summary>
    public required DateTimeOffset NextAttemptAt { get; init; }

    /// <summary>Until when somebody who is retrying it has it for himself; null while nobody is.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>When the resource was seen to be gone; null while it is a debt.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>True while it is a debt.</summary>
    public bool IsOpen => SettledAt is null;

    /// <summary>The id of a debt, by the run's internal id, the cleaner, and the name of the resource (empty for the whole cleaner).</summary>
    public static string IdOf(RunRecord run, string cleaner, RunResource? resource)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(cleaner);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{run.InternalId}\0{cleaner}\0{resource?.Name}")));
        return "debt_" + Convert.ToHexStringLower(hash.AsSpan(0, 6));
    }
}
