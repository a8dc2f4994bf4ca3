using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>A run state as a JSON string, known or not. Public, because source-generated serializers of other assemblies name it.</summary>
public sealed class RunStateJsonConverter : JsonConverter<RunState>
{
    /// <inheritdoc/>
    public override RunState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.GetString();
        return string.IsNullOrWhiteSpace(name) ? throw new JsonException("A run state has a name.") : new RunState(name);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RunState value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
