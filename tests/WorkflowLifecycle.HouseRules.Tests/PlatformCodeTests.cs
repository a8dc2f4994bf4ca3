using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>The operating system is spoken to in one project only.</summary>
public sealed partial class PlatformCodeTests
{
    private const string Home = "WorkflowLifecycle.Processes";

    private static IEnumerable<SourceProject> Others => Repository.Projects.Where(project => project.Name != Home);

    [Fact]
    public void Projects_OtherThanProcesses_CallNoNativeFunction()
    {
        IEnumerable<string> broken = Others.SelectMany(project => project.ReadMetadata(metadata => metadata.MethodDefinitions
            .Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => $"{project}: {metadata.GetString(method.Name)}")
            .ToList()));

        Violations.AssertNone(broken);
    }

    [Fact]
    public void Projects_OtherThanProcesses_DoNotUseTheProcessClass()
    {
        IEnumerable<string> broken = Others.SelectMany(project => project.ReadMetadata(metadata => metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Where(type => metadata.GetString(type.Namespace) == "System.Diagnostics" && metadata.GetString(type.Name) == "Process")
            .Select(_ => project.Name)
            .ToList()));

        Violations.AssertNone(broken);
    }

    [Fact]
    public void Projects_OtherThanProcesses_NameNoKernelFile()
    {
        IEnumerable<string> broken =
            from project in Others
            where !project.Name.StartsWith("WorkflowLifecycle.Testing", StringComparison.Ordinal) // sample rows
            from file in Repository.CSharp(project.Folder)
            from line in file.Lines
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && KernelPath().IsMatch(line)
            select $"{file}: {line.Trim()}";

        Violations.AssertNone(broken);
    }

    [Fact]
    public void NativeCalls_InProcesses_AreSourceGenerated()
    {
        IEnumerable<string> broken =
            from file in Repository.CSharp("src/")
            where file.Text.Contains("[DllImport", StringComparison.Ordinal)
            select file.Path;

        Violations.AssertNone(broken);
    }

    [GeneratedRegex("""["{ ]/(proc|sys)(/|")""")]
    private static partial Regex KernelPath();
}
