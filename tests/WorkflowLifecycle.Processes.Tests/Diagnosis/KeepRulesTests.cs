using WorkflowLifecycle.Processes.Linux.Diagnosis;

namespace WorkflowLifecycle.Processes.Tests.Diagnosis;

/// <summary>Who would end a tree that is to outlive its host, by files as systemd has them.</summary>
[Trait("Scenario", "S24")]
public sealed class KeepRulesTests : IDisposable
{
    private const string InUnit = "0::/system.slice/builder.service\n";
    private const string Etc = "/etc/systemd/system/";
    private const string Lib = "/usr/lib/systemd/system/";

    private readonly string _root = Directory.CreateTempSubdirectory("wfl-keep-").FullName;

    public KeepRulesTests() => Directory.CreateDirectory(_root + "/run/systemd/system");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("KillMode=control-group", "control-group")]
    [InlineData("KillMode = mixed", "mixed")]
    [InlineData("Type=simple", "control-group")]
    [InlineData("KillMode=process", null)]
    [InlineData("KillMode=none", null)]
    [InlineData("KillMode=mixed\nKillMode=process", null)]
    [InlineData("[Install]\nKillMode=process", "control-group")]
    [InlineData("#KillMode=process", "control-group")]
    public void Unit_EndsWhatItsKillModeSays(string lines, string? mode)
    {
        Write(Lib + "builder.service", "[Service]\n" + lines);

        AssertProblem(InUnit, mode is null ? null : $"systemd ends everything in the unit builder.service when this host ends (KillMode={mode})");
    }

    [Fact]
    public void Unit_ThatIsOverridden_IsAsTheFirstFileAndTheLastDropInSay()
    {
        Write(Lib + "builder.service", "[Service]\nKillMode=process");
        Write(Etc + "builder.service", "[Service]\nKillMode=mixed");
        AssertProblem(InUnit, "systemd ends everything");

        Write(Lib + "builder.service.d/20-keep.conf", "[Service]\nKillMode=process");
        AssertProblem(InUnit, null);

        Write(Etc + "service.d/30-all.conf", "[Service]\nKillMode=control-group");
        AssertProblem(InUnit, "systemd ends everything");
    }

    [Theory]
    [InlineData("0::/system.slice/system-builder.slice/builder@one.service/host\n")]
    [InlineData("1:name=systemd:/system.slice/builder@one.service\n0::/\n")]
    [InlineData("1:name=systemd:/\n0::/system.slice/builder@one.service\n")]
    public void Unit_OfATemplateOrWithCgroupsOfItsOwn_IsFound(string cgroups)
    {
        Write(Lib + "builder@.service", "[Service]\nKillMode=mixed");

        AssertProblem(cgroups, "systemd ends everything in the unit builder@one.service");
    }

    [Fact]
    public void Unit_OfAUsersManager_IsLookedForAmongTheUsers()
    {
        Write(Etc + "builder.service", "[Service]\nKillMode=process");
        Write("/srv/jane/.config/systemd/user/builder.service", "[Service]\n");

        AssertProblem("0::/user.slice/user-1000.slice/user@1000.service/app.slice/builder.service\n", "systemd ends everything in the unit builder.service");
    }

    [Theory]
    [InlineData(InUnit)]
    [InlineData("0::/\n")]
    [InlineData("0::/system.slice/docker-0123.scope\n")]
    [InlineData("")]
    public void Unit_ThatNobodyKnows_IsNoReason(string cgroups) => AssertProblem(cgroups, null);

    [Fact]
    public void Unit_OfAMachineWithoutSystemd_IsNoReason()
    {
        Directory.Delete(_root + "/run/systemd/system");
        Write(Lib + "builder.service", "[Service]\n");

        AssertProblem(InUnit, null);
    }

    [Theory]
    [InlineData("KillUserProcesses=yes", true)]
    [InlineData("KillUserProcesses=no", false)]
    [InlineData("#KillUserProcesses=yes", false)]
    public void Session_IsAReasonWhereItsProcessesEndWithIt(string line, bool isReason)
    {
        Write("/etc/systemd/logind.conf", "[Login]\n" + line);

        AssertProblem("0::/user.slice/user-1000.slice/session-4.scope\n", isReason ? "This host is in the login session session-4.scope" : null);
    }

    [Theory]
    [InlineData(2, 1, "docker-init", true)]
    [InlineData(7, 2, "tini", true)]
    [InlineData(7, 0, "tini", false)]
    [InlineData(7, 1, "systemd", false)]
    [InlineData(1, 0, "host", true)]
    public void Container_EndsWithAnInitThatLeaves(int pid, int parent, string init, bool isReason) =>
        Assert.Equal(isReason, KeepRules.FindProblem(pid, parent, init, "0::/\n", _root, "/srv/jane", "/run/user/1000") is { } problem && problem.EndsWith("or set OnHostExit to Kill.", StringComparison.Ordinal));

    private void AssertProblem(string cgroups, string? expected)
    {
        string? problem = KeepRules.FindProblem(100, 1, "systemd", cgroups, _root, "/srv/jane", "/run/user/1000");
        if (expected is null)
        {
            Assert.Null(problem);
            return;
        }

        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        Assert.EndsWith("OnHostExit to Kill.", problem, StringComparison.Ordinal);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text + "\n");
    }
}
