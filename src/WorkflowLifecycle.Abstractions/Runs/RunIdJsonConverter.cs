using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>A run id as a JSON string. Public, because source-generated serializers of other assemblies name it.</summary>
public sealed class RunIdJsonConverter : JsonConverter<RunId>
{
    /// <inheritdoc/>
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), out RunId id) ? id : throw new JsonException($"Not a run id: {RunId.Rule}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
