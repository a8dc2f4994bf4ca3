using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>A kill id as a JSON string. Public, because source-generated serializers of other assemblies name it.</summary>
public sealed class KillIdJsonConverter : JsonConverter<KillId>
{
    /// <inheritdoc/>
    public override KillId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KillId.TryParse(reader.GetString(), out KillId id) ? id : throw new JsonException("Not a kill id.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, KillId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
