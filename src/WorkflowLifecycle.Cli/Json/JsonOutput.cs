using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowLifecycle.Cli.Json;

internal static class JsonOutput
{
    public static void Write<T>(TextWriter writer, T value, JsonTypeInfo<T> type) =>
        writer.WriteLine(JsonSerializer.Serialize(value, type));
}
