using CsCheck;

namespace WorkflowLifecycle.Stores.Tests;

[Trait("Scenario", "S67")]
public sealed class AuditChainTests
{
    private const string ActorSalt = "000102030405060708090a0b0c0d0e0f";
    private const string ReasonSalt = "101112131415161718191a1b1c1d1e1f";

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[0, 20],
        Gen.OneOf(string.Empty, "\0", "\ud800", "\udc00x", "\"\\\b\f\n\r\t\u0001", "🦊", "\u2028"));

    /// <summary>The documented form, byte by byte: a change of it is a new canonical version.</summary>
    [Fact]
    public void Seal_KnownDraft_GivesTheDocumentedPayloadAndHash()
    {
        AuditDraft draft = new()
        {
            ChainId = "node",
            Stage = "Signal",
            At = new DateTimeOffset(2026, 10, 25, 3, 30, 0, TimeSpan.FromHours(2)),
            RunId = RunId.Parse("run_5fbae44ab6f0"),
            Actor = "os:1000",
            Reason = "stuck",
            Details = new Dictionary<string, string> { ["é"] = "\u0001/", ["b"] = "\"q\"", ["B"] = "\n" },
        };

        AuditChainRow row = AuditChain.Seal(draft, 1, AuditChain.FirstPreviousHash, ActorSalt, ReasonSalt);

        // The digests were made by another program over the bytes that the remarks of AuditChain name.
        Assert.Equal(
            """{"actor":"811b61e19af8aad7d05b4ac4274b7714b99a9d8e117a5077b57f0cf4bc1ba210","at":"2026-10-25T01:30:00.0000000Z","chainId":"node","details":{"B":"\n","b":"\"q\"","é":"\u0001/"},"killId":null,"reason":"83f3d025a6cf46bdc56c3f5329d4613bf22c4df68f5d397a1614b09d68d2c247","runId":"run_5fbae44ab6f0","sequence":1,"stage":"Signal","version":1}""",
            row.Payload);
        Assert.Equal("fd56b823071f0991001ca7e57f8673de6ed4ff144d20f846acffcd559408a7f3", row.Hash);
    }

    [Fact]
    public void Seal_AnyDrafts_VerifyAndReadBack() => Chains().Sample(chain =>
    {
        List<AuditChainRow> rows = SealAll(chain);
        Assert.Null(AuditChain.Verify(rows));
        Assert.Equal(rows.Select(row => row.Sequence), rows.Select(row => AuditChain.Read(row).Sequence));
    });

    /// <summary>Every field of every row changed in turn: the row is named, or the next one that was built on it.</summary>
    [Fact]
    public void Verify_AnyFieldChanged_NamesTheRow()
    {
        List<AuditChainRow> rows = Four();
        Func<AuditChainRow, AuditChainRow>[] changes =
        [
            row => row with { ChainId = "other" },
            row => row with { Sequence = row.Sequence + 1 },
            row => row with { PreviousHash = Flip(row.PreviousHash) },
            row => row with { Hash = Flip(row.Hash) },
            row => row with { Hash = row.Hash.ToUpperInvariant() },
            row => row with { CanonicalVersion = 2 },
            row => row with { Payload = row.Payload.Replace("os:", "OS:", StringComparison.Ordinal).Replace("Stage-", "stage-", StringComparison.Ordinal) },
            row => row with { Payload = row.Payload + " " },
            row => row with { Payload = string.Empty },
            row => row with { Actor = "somebody else" },
            row => row with { Actor = row.Reason },
            row => row with { ActorSalt = ReasonSalt },
            row => row with { ActorSalt = null },
            row => row with { ActorSalt = "no hexadecimal" },
            row => row with { Reason = "something else" },
            row => row with { ReasonSalt = ActorSalt },
        ];
        for (int i = 0; i < rows.Count; i++)
        {
            foreach (Func<AuditChainRow, AuditChainRow> change in changes)
            {
                List<AuditChainRow> changed = [.. rows];
                changed[i] = change(rows[i]);

                AuditChainFault? fault = AuditChain.Verify(changed);

                Assert.NotNull(fault);
                Assert.InRange(fault.Sequence, i + 1, changed[0].ChainId == rows[0].ChainId ? i + 1 : 2);
            }
        }
    }

    [Fact]
    public void Verify_RowsDeletedReorderedOrDoubled_NamesTheFirstPlace()
    {
        List<AuditChainRow> rows = Four();

        Assert.Equal(1, AuditChain.Verify(rows[1..])!.Sequence);
        Assert.Equal(2, AuditChain.Verify([rows[0], rows[2], rows[3]])!.Sequence);
        Assert.Equal(2, AuditChain.Verify([rows[0], rows[2], rows[1], rows[3]])!.Sequence);
        Assert.Equal(3, AuditChain.Verify([rows[0], rows[1], rows[1], rows[2]])!.Sequence);
        Assert.Equal(3, AuditChain.Verify([rows[3]], rows[1])!.Sequence);
        Assert.Null(AuditChain.Verify(rows[2..], rows[1]));
        Assert.Null(AuditChain.Verify([]));
    }

    /// <summary>A row resealed with other content verifies by itself; the next one gives it away.</summary>
    [Fact]
    public void Verify_RowResealed_NamesTheNextOne()
    {
        List<AuditChainRow> rows = Four();
        rows[1] = AuditChain.Seal(Rows.Audit(stage: "Invented"), 2, rows[0].Hash);

        Assert.Equal(3, AuditChain.Verify(rows)!.Sequence);
    }

    [Fact]
    public void Verify_PersonErased_Holds()
    {
        List<AuditChainRow> rows = [.. Four().Select(row => row with { Actor = null, ActorSalt = null, Reason = null, ReasonSalt = null })];

        Assert.Null(AuditChain.Verify(rows));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"details\":[]}")]
    public void Read_DamagedPayload_SaysSo(string payload) =>
        Assert.Throws<FormatException>(() => AuditChain.Read(Four()[0] with { Payload = payload }));

    private static Gen<AuditDraft[]> Chains() =>
        Gen.Select(Texts, Texts, Texts, Gen.Dictionary(Texts, Texts)[0, 4], Gen.DateTimeOffset, (actor, reason, stage, details, at) =>
            Rows.Audit(stage: stage) with { Actor = actor, Reason = reason.Length == 0 ? null : reason, At = at, Details = details }).Array[1, 5];

    private static List<AuditChainRow> SealAll(IEnumerable<AuditDraft> drafts)
    {
        List<AuditChainRow> rows = [];
        foreach (AuditDraft draft in drafts)
        {
            rows.Add(AuditChain.Seal(draft, rows.Count + 1, rows.Count == 0 ? AuditChain.FirstPreviousHash : rows[^1].Hash));
        }

        return rows;
    }

    private static List<AuditChainRow> Four() => SealAll(Enumerable.Range(1, 4).Select(i => Rows.Audit(stage: $"Stage-{i}")));

    private static string Flip(string hash) => (hash[0] == '0' ? '1' : '0') + hash[1..];
}
