using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

internal sealed class RunStateJsonConverter : JsonConverter<RunState>
{
    public override RunState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.GetString();
        return string.IsNullOrWhiteSpace(name) ? throw new JsonException("A run state has a name.") : new RunState(name);
    }

    public override void Write(Utf8JsonWriter writer, RunState value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
