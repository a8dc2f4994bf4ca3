using System.Text.Json;

namespace WorkflowLifecycle.Sqlite;

/// <summary>A resource as it is stored. What may be done about it is a number, so that a value of a newer version survives an older one.</summary>
internal sealed record StoredResource
{
    public required string Cleaner { get; init; }

    public required string Name { get; init; }

    public int Handling { get; init; }

    public string? Note { get; init; }

    public Dictionary<string, string>? Details { get; init; }

    public static string Write(RunResource resource) => JsonSerializer.Serialize(Of(resource), SqliteJsonContext.Default.StoredResource);

    public static string Write(IReadOnlyList<RunResource> resources) =>
        JsonSerializer.Serialize([.. resources.Select(Of)], SqliteJsonContext.Default.StoredResourceArray);

    public static RunResource ReadOne(string json) =>
        (JsonSerializer.Deserialize(json, SqliteJsonContext.Default.StoredResource) ?? throw new JsonException("The resource is empty.")).ToResource();

    public static IReadOnlyList<RunResource> ReadList(string json) =>
        [.. (JsonSerializer.Deserialize(json, SqliteJsonContext.Default.StoredResourceArray) ?? []).Select(stored => stored.ToResource())];

    private static StoredResource Of(RunResource resource) => new()
    {
        Cleaner = resource.Cleaner,
        Name = resource.Name,
        Handling = (int)resource.Handling,
        Note = resource.Note,
        Details = resource.Details.Count > 0 ? new Dictionary<string, string>(resource.Details) : null,
    };

    private RunResource ToResource() => new()
    {
        Cleaner = Cleaner,
        Name = Name,
        Handling = (ResourceHandling)Handling,
        Note = Note,
        Details = Details ?? [],
    };
}
