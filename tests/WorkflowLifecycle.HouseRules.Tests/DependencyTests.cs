using System.Xml.Linq;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

public sealed class DependencyTests
{
    // Dependencies point one way; a store never references the engine.
    private static readonly Dictionary<string, string[]> _projects = new(StringComparer.Ordinal)
    {
        ["WorkflowLifecycle.Abstractions"] = [],
        ["WorkflowLifecycle.Processes"] = ["WorkflowLifecycle.Abstractions"],
        ["WorkflowLifecycle"] = ["WorkflowLifecycle.Abstractions", "WorkflowLifecycle.Processes"],
        ["WorkflowLifecycle.Sqlite"] = ["WorkflowLifecycle.Abstractions"],
        ["WorkflowLifecycle.PostgreSql"] = ["WorkflowLifecycle.Abstractions"],
        ["WorkflowLifecycle.ManagedStacks"] = ["WorkflowLifecycle.Abstractions"],
        ["WorkflowLifecycle.AspNetCore"] = ["WorkflowLifecycle.Abstractions", "WorkflowLifecycle"],
        ["WorkflowLifecycle.Mcp"] = ["WorkflowLifecycle.Abstractions", "WorkflowLifecycle"],
        ["WorkflowLifecycle.Cli"] = ["WorkflowLifecycle.Abstractions", "WorkflowLifecycle", "WorkflowLifecycle.Sqlite", "WorkflowLifecycle.PostgreSql", "WorkflowLifecycle.ManagedStacks"],
        ["WorkflowLifecycle.Testing"] = ["WorkflowLifecycle.Abstractions"],
        ["WorkflowLifecycle.Testing.Conformance"] = ["WorkflowLifecycle.Abstractions"],
    };

    // The core depends on abstractions of the platform alone; what is heavier lives in a package of its own.
    private static readonly Dictionary<string, string[]> _packages = new(StringComparer.Ordinal)
    {
        ["WorkflowLifecycle.Abstractions"] = ["Microsoft.Extensions.DependencyInjection.Abstractions"],
        ["WorkflowLifecycle.Processes"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["WorkflowLifecycle"] =
        [
            "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Hosting.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options", "System.Diagnostics.DiagnosticSource",
        ],
        ["WorkflowLifecycle.Sqlite"] = ["Microsoft.Data.Sqlite"],
        ["WorkflowLifecycle.ManagedStacks"] = ["Microsoft.Diagnostics.NETCore.Client"],
        ["WorkflowLifecycle.Cli"] =
        [
            "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Logging", "Spectre.Console", "System.CommandLine",
        ],
        ["WorkflowLifecycle.Testing.Conformance"] = ["xunit.v3.assert", "xunit.v3.extensibility.core"],
    };

    [Fact]
    public void Projects_UnderSrc_ReferenceOnlyTheLayersBelow()
    {
        IEnumerable<string> broken =
            from project in Repository.Projects
            from reference in project.ProjectReferences
            where !_projects.TryGetValue(project.Name, out string[]? allowed) || !allowed.Contains(reference, StringComparer.Ordinal)
            select $"{project} -> {reference}";

        Violations.AssertNone(broken);
    }

    [Fact]
    public void Projects_UnderSrc_AreAllKnownToTheRules() =>
        Violations.AssertNone(Repository.Projects.Select(project => project.Name).Except(_projects.Keys, StringComparer.Ordinal));

    [Fact]
    public void Projects_UnderSrc_ReferenceOnlyThePackagesAgreedOn()
    {
        IEnumerable<string> broken =
            from project in Repository.Projects
            from package in project.PackageReferences
            where !_packages.TryGetValue(project.Name, out string[]? allowed) || !allowed.Contains(package, StringComparer.Ordinal)
            select $"{project} -> {package}";

        Violations.AssertNone(broken);
    }

    [Fact]
    public void PackageVersions_AreWrittenInOnePlace()
    {
        IEnumerable<string> broken =
            from file in Repository.Files
            where file.Path.EndsWith(".csproj", StringComparison.Ordinal) || file.Name is "Directory.Build.props" or "Directory.Build.targets"
            from element in XDocument.Parse(file.Text).Descendants("PackageReference")
            where element.Attribute("Version") is not null || element.Attribute("VersionOverride") is not null
            select $"{file}: {element.Attribute("Include")?.Value}";

        // The scratch consumers under tests/packages are outside: they take a version that is packed for one run.
        Violations.AssertNone(broken.Where(line => !line.StartsWith("tests/packages/", StringComparison.Ordinal)));
    }

    [Fact]
    public void NuGetConfig_NamesNoSource()
    {
        XDocument config = XDocument.Parse(Repository.Files.Single(file => file.Path == "nuget.config").Text);

        Assert.Empty(config.Descendants("packageSources"));
        Assert.Empty(config.Descendants("packageSourceMapping"));
    }
}
