using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoreAnnouncement))]
internal sealed partial class AnnouncementJsonContext : JsonSerializerContext;
