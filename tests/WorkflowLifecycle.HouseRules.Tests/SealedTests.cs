using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace WorkflowLifecycle.HouseRules.Tests;

public sealed class SealedTests
{
    // The base that a caller catches.
    private static readonly string[] _open = ["WorkflowLifecycle.WorkflowLifecycleException"];

    [Fact]
    public void Classes_OfEveryAssembly_AreSealedStaticOrAbstract()
    {
        IEnumerable<string> broken =
            from project in Repository.Projects
            from type in project.LoadAssembly().GetTypes()
            where type.IsClass && !type.IsSealed && !type.IsAbstract && !IsGenerated(type) && !_open.Contains(type.FullName, StringComparer.Ordinal)
            select type.FullName;

        Violations.AssertNone(broken);
    }

    private static bool IsGenerated(Type type) =>
        type.FullName!.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute))
        || type.IsDefined(typeof(GeneratedCodeAttribute));
}
