using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A build whose nodes and compiler server are meant to outlive it. They are of the tree all the same.</summary>
public sealed class DotnetBuildTests : RealProgramTest
{
    // The compiler server's socket. It is always below /tmp, and stays there when its server is killed.
    private readonly string _server = "/tmp/build-" + Guid.NewGuid().ToString("N");

    [Theory(Timeout = 4 * Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Build_WithNodeReuseAndACompilerServer_LeavesNobodyBehind(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await WriteProjectsAsync();
        await using ITrackedProcess process = await engine.LaunchAsync(Build(engine));

        RunResult result = await process.WaitForExitAsync();

        Assert.True((result.State, result.ExitCode) == (RunState.Exited, 0), $"{result.State} {result.ExitCode}\n{result.StandardOutput}\n{result.StandardError}");
        Assert.True(File.Exists(InWork("a/out/a.dll")));

        // At least the compiler server; a node leaves by itself when it finds enough others.
        Assert.True(result.Leftovers >= 1, $"{result.Leftovers} leftovers\n{result.StandardOutput}");
        Assert.DoesNotContain(ProcessEntry.All(), entry => entry.CommandLine.Contains(Room.Path, StringComparison.Ordinal));
        File.Delete(_server);
    }

    [Fact(Timeout = 4 * Limit)]
    public async Task Kill_OfABuildWithItsServers_EndsThemAll()
    {
        Engine engine = Start();
        await WriteProjectsAsync();
        await using ITrackedProcess process = await engine.LaunchAsync(Build(engine));

        // A server that is still being started does not hear SIGTERM; one that listens does.
        while (!File.Exists(_server) || !await HasCompilerAsync(engine, process.RunId))
        {
            Assert.True(ProcessEntry.IsAlive(process.Identity.Pid), "The build was over before its compiler server was seen.");
            await Task.Delay(20);
        }

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        Assert.Contains(report.ProcessesBefore, entry => entry.CommandLine?.Contains("VBCSCompiler", StringComparison.Ordinal) == true);
        AssertDidNotWait(report, "git", "database", "other");
        AssertNobodyLeft(report);
        File.Delete(_server);
    }

    [Fact(Timeout = 4 * Limit)]
    public async Task Kill_OfTheServersThatABuildLeft_EndsThemAtOnce()
    {
        Engine engine = Start();
        await WriteProjectsAsync();
        await using ITrackedProcess process = await engine.LaunchAsync(Build(engine) with { Leftovers = LeftoverPolicy.Keep });
        await Wait.TryUntilAsync(() => !ProcessEntry.IsAlive(process.Identity.Pid), TimeSpan.FromMinutes(2));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(0, report.ExitCode);
        Assert.Contains(report.ProcessesBefore, entry => entry.CommandLine?.Contains("VBCSCompiler", StringComparison.Ordinal) == true);
        File.Delete(_server);
    }

    private static async Task<bool> HasCompilerAsync(Engine engine, RunId runId) =>
        (await engine.Registry.InspectAsync(runId)).Any(entry => entry.CommandLine?.Contains("VBCSCompiler", StringComparison.Ordinal) == true);

    // Servers of its own: neither those of another build on this machine are used, nor ours by another.
    private LaunchRequest Build(Engine engine) => Run(engine, "dotnet", "build", "a/a.csproj", "-m:2", "-nodeReuse:true", "-nologo", "-o", "a/out", "-p:SharedCompilationId=" + Path.GetFileName(_server)) with
    {
        Environment = new Dictionary<string, string?>
        {
            ["MSBUILDDISABLENODEREUSE"] = null,
            ["MSBUILDNODEHANDSHAKESALT"] = Room.Path,
            ["UseSharedCompilation"] = null,
            ["TMPDIR"] = Directory.CreateDirectory(Room.File("t")).FullName,
            ["DOTNET_CLI_HOME"] = Room.File("home"),
            ["NUGET_PACKAGES"] = Room.File("packages"),
            ["DOTNET_NOLOGO"] = "true",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "true",
            ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "true",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        },
    };

    private async Task WriteProjectsAsync()
    {
        Need("dotnet");
        await File.WriteAllTextAsync(InWork("nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");
        await WriteProjectAsync("c", string.Empty);
        await WriteProjectAsync("b", string.Empty);
        await WriteProjectAsync("a", "<ProjectReference Include=\"../b/b.csproj\" /><ProjectReference Include=\"../c/c.csproj\" />");
    }

    private async Task WriteProjectAsync(string name, string references)
    {
        Directory.CreateDirectory(InWork(name));
        await File.WriteAllTextAsync(
            InWork($"{name}/{name}.csproj"),
            $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup><ItemGroup>{references}</ItemGroup></Project>");
        await File.WriteAllTextAsync(InWork($"{name}/{name}.cs"), $"public class Type{name} {{ }}");
    }
}
