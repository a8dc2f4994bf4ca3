using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Evidence;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunEvidence))]
internal sealed partial class EvidenceJsonContext : JsonSerializerContext;
