using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

internal sealed class KillIdJsonConverter : JsonConverter<KillId>
{
    public override KillId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KillId.TryParse(reader.GetString(), out KillId id) ? id : throw new JsonException("Not a kill id.");

    public override void Write(Utf8JsonWriter writer, KillId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
