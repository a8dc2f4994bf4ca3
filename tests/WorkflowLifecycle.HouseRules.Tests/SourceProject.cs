using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>A project under src: what its file says, and the assembly that was built from it.</summary>
internal sealed class SourceProject(TrackedFile file)
{
    private readonly XDocument _document = XDocument.Parse(file.Text);

    public string Name { get; } = Path.GetFileNameWithoutExtension(file.Path);

    public string Folder { get; } = Path.GetDirectoryName(file.Path) + "/";

    public IReadOnlyList<string> ProjectReferences =>
        [.. Includes("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))];

    public IReadOnlyList<string> PackageReferences => [.. Includes("PackageReference")];

    private string AssemblyPath => Path.Combine(AppContext.BaseDirectory, (Property("AssemblyName") ?? Name) + ".dll");

    public Assembly LoadAssembly() => Assembly.LoadFrom(AssemblyPath);

    public T ReadMetadata<T>(Func<MetadataReader, T> read) => Read(reader => read(reader.GetMetadataReader()));

    public T Read<T>(Func<PEReader, T> read)
    {
        using PEReader reader = new(File.OpenRead(AssemblyPath));
        return read(reader);
    }

    public override string ToString() => Name;

    private string? Property(string name) => _document.Descendants(name).FirstOrDefault()?.Value;

    private IEnumerable<string> Includes(string item) =>
        _document.Descendants(item).Select(element => element.Attribute("Include")?.Value).OfType<string>();
}
