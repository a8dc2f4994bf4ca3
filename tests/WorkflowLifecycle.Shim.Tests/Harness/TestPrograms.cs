namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>The child programs: perl is on every Debian, so no compiler is needed.</summary>
internal static class TestPrograms
{
    public const string Shell = "/bin/sh";

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "programs", name + ".pl");

    public static string[] Perl(string name, params string[] arguments) => ["/usr/bin/perl", Path(name), .. arguments];

    public static string Python(string name) => System.IO.Path.ChangeExtension(Path(name), ".py");

    public static string[] Sh(string script) => [Shell, "-c", script];
}
