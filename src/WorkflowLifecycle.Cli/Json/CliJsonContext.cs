using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Cli.Json;

/// <summary>
/// The shapes that --json prints. They are separate from the library's records, so that a record may change without breaking a script.
/// The default encoder is kept: it writes everything outside plain ASCII as escapes, which no terminal acts on.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(IReadOnlyList<RunSummary>))]
[JsonSerializable(typeof(ReceiptDocument))]
[JsonSerializable(typeof(RunDetail))]
[JsonSerializable(typeof(RunTree))]
[JsonSerializable(typeof(RunEnd))]
[JsonSerializable(typeof(KillReceipt))]
[JsonSerializable(typeof(IReadOnlyList<KillReceipt>))]
[JsonSerializable(typeof(PreviewDocument))]
[JsonSerializable(typeof(IReadOnlyList<PreviewDocument>))]
[JsonSerializable(typeof(IReadOnlyList<AuditLine>))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(CandidateEntry))]
[JsonSerializable(typeof(IReadOnlyList<CandidateEntry>))]
[JsonSerializable(typeof(AdoptedDocument))]
[JsonSerializable(typeof(LeaksDocument))]
[JsonSerializable(typeof(IReadOnlyList<EvidenceDocument>))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
