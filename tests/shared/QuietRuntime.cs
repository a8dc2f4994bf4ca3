using System.Runtime.CompilerServices;

namespace WorkflowLifecycle.Tests.Shared;

/// <summary>
/// A .NET process that is ended with SIGKILL cannot take its diagnostic socket and pipes out of the temp directory. Many are here, on purpose,
/// so those that a test starts make none.
/// </summary>
internal static class QuietRuntime
{
    [ModuleInitializer]
    internal static void SwitchOffForChildren() => Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0");
}
