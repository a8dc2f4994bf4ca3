using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Sqlite;

// A duration that is not a number must not make a receipt unstorable.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(KillReport))]
[JsonSerializable(typeof(RunReceipt))]
[JsonSerializable(typeof(StoredResource))]
[JsonSerializable(typeof(StoredResource[]))]
[JsonSerializable(typeof(TerminationLadder))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class SqliteJsonContext : JsonSerializerContext;
