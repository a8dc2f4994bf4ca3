using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WorkflowLifecycle;

/// <summary>
/// Seals audit entries into a chain of hashes, reads them back, and finds the first one that was changed. For stores and verifiers.
/// </summary>
/// <remarks>
/// <para>Canonical form 1. The payload is the RFC 8785 form of an object with the members <c>actor</c>, <c>at</c>, <c>chainId</c>,
/// <c>details</c>, <c>killId</c>, <c>reason</c>, <c>runId</c>, <c>sequence</c>, <c>stage</c> and <c>version</c> (1). <c>at</c> is UTC,
/// <c>yyyy-MM-ddTHH:mm:ss.fffffffZ</c>; <c>details</c> an object of strings; ids are null where there are none; unpaired surrogates are U+FFFD.</para>
/// <para><c>actor</c> and <c>reason</c> are commitments: lower-case hexadecimal SHA-256 over the salt's bytes, the member's name, a zero byte
/// and the value in UTF-8. <c>reason</c> is null when none was given. The values and salts lie outside the chain, so that a person can be
/// erased without breaking it.</para>
/// <para>The hash is the lower-case hexadecimal SHA-256 over the 32 bytes of the hash before it and the payload in UTF-8.</para>
/// <para>What a chain alone cannot show: entries missing at its end, and a chain rewritten from its first entry. Keep its last hash elsewhere for that.</para>
/// </remarks>
public static class AuditChain
{
    /// <summary>The canonical form that <see cref="Seal(AuditDraft, long, string)"/> writes.</summary>
    public const int CanonicalVersion = 1;

    /// <summary>What the first entry of a chain has for the hash before it: 64 zeros.</summary>
    public const string FirstPreviousHash = "0000000000000000000000000000000000000000000000000000000000000000";

    private const int SaltBytes = 16;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>Gives an entry its place in the chain, with fresh salts.</summary>
    public static AuditChainRow Seal(AuditDraft draft, long sequence, string previousHash) => Seal(
        draft,
        sequence,
        previousHash,
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltBytes)),
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltBytes)));

    /// <summary>Gives an entry its place in the chain. Same input, same row.</summary>
    /// <param name="draft">The entry.</param>
    /// <param name="sequence">Its place, from 1.</param>
    /// <param name="previousHash">Hash of the entry before it; <see cref="FirstPreviousHash"/> for the first.</param>
    /// <param name="actorSalt">Salt of the actor's commitment, hexadecimal. Never used twice.</param>
    /// <param name="reasonSalt">Salt of the reason's commitment, hexadecimal. Never used twice.</param>
    public static AuditChainRow Seal(AuditDraft draft, long sequence, string previousHash, string actorSalt, string reasonSalt)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentException.ThrowIfNullOrEmpty(previousHash);
        if (draft.RunId is { Value.Length: 0 })
        {
            throw new ArgumentException("The run id of an audit entry is null or an id, not an empty one.", nameof(draft));
        }

        // As the payload has it: a store would replace an unpaired surrogate, and the row would no longer match.
        string chainId = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(draft.ChainId));
        string payload = new AuditChainJson()
            .Open()
            .Member("actor", Commit("actor", draft.Actor, actorSalt))
            .Member("at", draft.At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture))
            .Member("chainId", chainId)
            .Member("details", draft.Details)
            .Member("killId", draft.KillId?.ToString())
            .Member("reason", draft.Reason is null ? null : Commit("reason", draft.Reason, reasonSalt))
            .Member("runId", draft.RunId?.Value)
            .Member("sequence", sequence)
            .Member("stage", draft.Stage)
            .Member("version", CanonicalVersion)
            .Close()
            .ToString();
        return new AuditChainRow
        {
            ChainId = chainId,
            Sequence = sequence,
            PreviousHash = previousHash,
            Hash = HashOf(previousHash, payload),
            CanonicalVersion = CanonicalVersion,
            Payload = payload,
            Actor = draft.Actor,
            ActorSalt = actorSalt,
            Reason = draft.Reason,
            ReasonSalt = draft.Reason is null ? null : reasonSalt,
        };
    }

    /// <summary>The entry that a row holds. Nothing is verified.</summary>
    /// <exception cref="FormatException">The payload is damaged, or of a form that this version does not know.</exception>
    public static AuditEntry Read(AuditChainRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        AuditChainPayload payload = AuditChainPayload.Parse(row.Payload);
        return new AuditEntry
        {
            ChainId = row.ChainId,
            Sequence = row.Sequence,
            Stage = payload.Stage,
            At = payload.At,
            RunId = payload.RunId,
            KillId = payload.KillId,
            Actor = row.Actor,
            Reason = row.Reason,
            Details = payload.Details,
            Hash = row.Hash,
            PreviousHash = row.PreviousHash,
        };
    }

    /// <summary>The first row that is not as it was written; null when all are.</summary>
    /// <param name="rows">Rows of one chain in order, from its first entry or from the one after <paramref name="after"/>.</param>
    /// <param name="after">The row before them, verified already; null when they start the chain.</param>
    public static AuditChainFault? Verify(IEnumerable<AuditChainRow> rows, AuditChainRow? after = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        AuditChainRow? previous = after;
        foreach (AuditChainRow row in rows)
        {
            long sequence = (previous?.Sequence ?? 0) + 1;
            if (Problem(row, previous, sequence) is { } problem)
            {
                return new AuditChainFault(previous?.ChainId ?? row.ChainId, sequence, problem);
            }

            previous = row;
        }

        return null;
    }

    private static string? Problem(AuditChainRow row, AuditChainRow? previous, long sequence)
    {
        if (row.Sequence != sequence)
        {
            return $"entry {sequence} is missing or out of order: entry {row.Sequence} stands in its place";
        }

        if (row.PreviousHash != (previous?.Hash ?? FirstPreviousHash))
        {
            return "the hash before it is not the hash of the entry before it";
        }

        if (row.CanonicalVersion != CanonicalVersion)
        {
            return $"its canonical form {row.CanonicalVersion} is not known to this version, which knows {CanonicalVersion}";
        }

        if (row.Hash != HashOf(row.PreviousHash, row.Payload))
        {
            return "its content does not match its hash";
        }

        return ProblemInside(row, previous);
    }

    private static string? ProblemInside(AuditChainRow row, AuditChainRow? previous)
    {
        AuditChainPayload payload;
        try
        {
            payload = AuditChainPayload.Parse(row.Payload);
        }
        catch (FormatException)
        {
            return "its content is not of the canonical form";
        }

        if (payload.ChainId != row.ChainId || row.ChainId != (previous?.ChainId ?? row.ChainId))
        {
            return "it belongs to another chain";
        }

        if (payload.Sequence != row.Sequence)
        {
            return "its place in the chain is not the one that was sealed";
        }

        return !Holds("actor", payload.ActorCommitment, row.Actor, row.ActorSalt) ? "its actor is not the one that was sealed"
            : !Holds("reason", payload.ReasonCommitment, row.Reason, row.ReasonSalt) ? "its reason is not the one that was sealed"
            : null;
    }

    // An erased value proves nothing and breaks nothing.
    private static bool Holds(string member, string? commitment, string? value, string? salt) =>
        value is null || (salt is not null && TryCommit(member, value, salt) == commitment);

    private static string? TryCommit(string member, string value, string salt)
    {
        try
        {
            return Commit(member, value, salt);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Commit(string member, string value, string salt)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(salt));
        hash.AppendData(Encoding.UTF8.GetBytes(member));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(value));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string HashOf(string previousHash, string payload)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(previousHash));
        hash.AppendData(Encoding.UTF8.GetBytes(payload));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
