namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Named facts, one per line; facts that are not there are left out.</summary>
internal sealed class FieldList
{
    private readonly List<(string Name, string Value)> _fields = [];

    public FieldList Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _fields.Add((name, SafeText.Show(value)));
        }

        return this;
    }

    public void Write(TextWriter writer)
    {
        int width = _fields.Select(field => field.Name.Length).DefaultIfEmpty(0).Max();
        foreach ((string name, string value) in _fields)
        {
            writer.WriteLine($"{name.PadRight(width)}  {value}");
        }
    }
}
