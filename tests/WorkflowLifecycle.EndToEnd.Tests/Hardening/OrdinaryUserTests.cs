using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Hardening;

/// <summary>A host that is not root: what its programs can do to their holder is what the same user can do, unless they are hardened.</summary>
public sealed class OrdinaryUserTests : EndToEndTest
{
    private const string Nobody = "65534";

    private static readonly RunId _id = RunId.Parse("ordinary:1");

    [Theory(Timeout = Limit)]
    [InlineData("None", "kill open")]
    [InlineData("NoNewPrivileges", "kill open")]
    [InlineData("Landlock", "kill closed")]
    [InlineData("PidNamespace", "kill closed")]
    [InlineData("Landlock, PidNamespace", "kill closed")]
    public async Task Program_KillsItsShim_OnlyWhereThatIsListed(string hardening, string expected)
    {
        await PrepareAsync();
        HelperProcess host = StartHelper("setpriv", [.. AsNobody, .. Launch("reaper", hardening), string.Empty]);
        await host.ReadAsync("launched");

        Assert.Contains(expected, await SaidAsync(), StringComparison.Ordinal);
        await EndAsync(host, escapes: expected == "kill open", "killing the shim");
    }

    [Theory(Timeout = Limit)]
    [InlineData("None", "leave open\nkill open")]
    [InlineData("Landlock", "leave closed\nkill closed")]
    [InlineData("PidNamespace", "leave open\nkill closed")]
    public async Task Program_InADelegatedSubtreeLeavesItsCgroup_AndEscapesOnlyWhereThatIsListed(string hardening, string expected)
    {
        await PrepareAsync();
        string mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields.Contains("cgroup2"))[4];
        string subtree = Path.Combine(mount, "delegated-" + Guid.NewGuid().ToString("N"));
        await ShellAsync($"mkdir -p {subtree}/elsewhere && chown -R {Nobody} {subtree}");
        try
        {
            string command = string.Join(' ', [.. AsNobody, .. Launch("cgroup", $"'{hardening}'"), subtree + "/elsewhere"]);
            HelperProcess host = StartHelper("/bin/sh", "-c", $"echo $$ > {subtree}/cgroup.procs && exec setpriv {command}");
            Assert.EndsWith("CgroupAndReaper", await host.ReadAsync("launched"), StringComparison.Ordinal);

            Assert.Contains(expected, await SaidAsync(), StringComparison.Ordinal);
            await EndAsync(host, escapes: hardening == "None", "killing the shim");
        }
        finally
        {
            await Wait.UntilAsync("the subtree is empty", () => File.ReadAllText(Path.Combine(subtree, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal));
            await ShellAsync($"find {subtree} -depth -type d -exec rmdir {{}} +");
        }
    }

    private static string[] AsNobody { get; } = ["--reuid", Nobody, "--regid", Nobody, "--clear-groups"];

    private string[] Launch(string how, string hardening) =>
    [
        HelperProcess.HostProgram, "launch", Room.Path, _id.Value, how, "harden=" + hardening, "--", "perl", Path.Combine(AppContext.BaseDirectory, "programs", "escapes.pl"),
    ];

    private async Task PrepareAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Becoming another user takes root.");
        int reached = await StartHelper("setpriv", [.. AsNobody, "test", "-x", HelperProcess.HostProgram]).WaitForExitAsync();
        Assert.SkipUnless(reached == 0, "The user nobody cannot reach the build output.");
        await ShellAsync($"chown {Nobody}:{Nobody} .");
    }

    private async Task<string> SaidAsync()
    {
        await Wait.UntilAsync("the program tried", () => File.Exists(Room.File("said")));
        return await File.ReadAllTextAsync(Room.File("said"));
    }

    private async Task EndAsync(HelperProcess host, bool escapes, string exit)
    {
        Engine engine = Start();
        IReadOnlyList<string> exits = (await engine.RowAsync(_id)).Containment!.OpenExits;
        Assert.Equal(escapes, exits.Any(open => open.Contains(exit, StringComparison.Ordinal)));

        await host.KillAsync();

        if (escapes)
        {
            Assert.Contains(Tree(), entry => entry.Name == "perl");
            Tree().ForEach(entry => Signals.Send("KILL", entry.Pid));
            await engine.Kills.KillAsync(_id, Engine.Emergency());
        }

        await Wait.UntilAsync("the tree is gone", () => Tree().Count == 0);
    }

    private List<ProcessEntry> Tree() => [.. ProcessEntry.StandingIn(Room.Path).Where(entry => entry.Name != "wl-shim")];

    private async Task ShellAsync(string script) => Assert.Equal(0, await StartHelper("/bin/sh", "-c", script).WaitForExitAsync());
}
