using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

internal sealed class RunIdJsonConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), out RunId id) ? id : throw new JsonException($"Not a run id: {RunId.Rule}.");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
