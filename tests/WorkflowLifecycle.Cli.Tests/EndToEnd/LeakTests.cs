using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>What is left of runs for real: shims and hosts are killed, stores deleted.</summary>
public sealed class LeakTests : ToolRoom
{
    private const string Tree = "sleep 300 & setsid sleep 300 & wait";

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S11")]
    public async Task I_can_find_a_stray_that_no_row_knows_and_end_it()
    {
        string id = await StrayAsync(Tree);

        JsonElement leak = Assert.Single(await LeaksAsync(id));
        ToolResult shown = await RunAsync("leaks", "--store-gone", Store);
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.Equal("Stray", Text(leak, "verdict"));
        Assert.Contains("store is gone", Text(leak, "why"), StringComparison.Ordinal);
        JsonElement[] processes = [.. Things(leak, "Process")];
        Assert.Equal(3, processes.Length);
        Assert.All(processes, process => Assert.Equal(["cgroup", "environment"], process.GetProperty("signs").EnumerateArray().Select(sign => sign.GetString())));
        Assert.Single(Things(leak, "Cgroup"));
        Assert.Single(Things(leak, "RunDirectory"));
        Assert.Contains($"stray     {id}", shown.Out, StringComparison.Ordinal);
        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.Empty(await LeaksAsync(id));
        Assert.All(leak.GetProperty("things").EnumerateArray(), AssertGone);
    }

    [Fact(Timeout = Limit)]
    public async Task A_stray_of_hundreds_of_processes_is_ended_in_one_go()
    {
        string id = await StrayAsync("i=0; while [ $i -lt 400 ]; do sleep 300 & i=$((i + 1)); done; touch up; wait");
        while (!File.Exists(Path.Combine(Room, "up")))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(401, Things(Assert.Single(await LeaksAsync(id)), "Process").Count());
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.Empty(await LeaksAsync(id));
    }

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_temp_directory_goes_with_the_stray_and_one_of_no_known_run_stays(bool isByALink)
    {
        string temps = Directory.CreateDirectory(Path.Combine(Room, "tmp")).FullName;
        Variables["TMPDIR"] = isByALink ? File.CreateSymbolicLink(Path.Combine(Room, "to-tmp"), temps).FullName : temps;
        string id = await StrayAsync(Tree);
        string internalId = Text(Assert.Single(await LeaksAsync(id)), "internalId");
        string temp = Directory.CreateDirectory(Path.Combine(Variables["TMPDIR"], "wfl-" + internalId, "deep")).Parent!.FullName;
        string other = Directory.CreateDirectory(Path.Combine(Variables["TMPDIR"], "wfl-" + Guid.NewGuid().ToString("N"))).FullName;
        File.CreateSymbolicLink(Path.Combine(temp, "link"), other);

        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.False(Directory.Exists(temp));
        Assert.True(Directory.Exists(other));
    }

    [Fact(Timeout = Limit)]
    public async Task Shared_memory_goes_with_the_stray_and_that_of_no_known_run_stays()
    {
        string id = await StrayAsync($": > \"/dev/shm/$WORKFLOW_LIFECYCLE_SHARED_MEMORY\"; : > \"/dev/shm/sem.$WORKFLOW_LIFECYCLE_SHARED_MEMORY-1\"; {Tree}");
        string other = $"/dev/shm/wfl-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(other, string.Empty, TestContext.Current.CancellationToken);
        string segment = "/dev/shm/wfl-" + Text(Assert.Single(await LeaksAsync(id)), "internalId");
        string[] made = [segment, $"/dev/shm/sem.{Path.GetFileName(segment)}-1"];
        await UntilAsync(() => Task.FromResult(made.All(File.Exists)));

        JsonElement leak = Assert.Single(await LeaksAsync(id));
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);
        bool isOtherThere = File.Exists(other);
        File.Delete(other);

        Assert.Equal(made.Order(StringComparer.Ordinal), Things(leak, "SharedMemory").Select(thing => Text(thing, "name")));
        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.All(made, segment => Assert.False(File.Exists(segment)));
        Assert.True(isOtherThere);
    }

    [Fact(Timeout = Limit)]
    public async Task A_run_whose_store_is_merely_not_there_is_not_touched()
    {
        string id = await StrayAsync(Tree);

        JsonElement leak = Assert.Single((await JsonAsync("leaks")).GetProperty("leaks").EnumerateArray(), leak => leak.GetProperty("runId").GetString() == id);
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes");

        Assert.Equal("Unknown", Text(leak, "verdict"));
        Assert.Contains("--store-gone " + Store, Text(leak, "why"), StringComparison.Ordinal);
        Assert.Equal(0, cleaned.ExitCode);
        Assert.Equal(3, Things(Assert.Single(await LeaksAsync(id)), "Process").Count());
        await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);
    }

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_is_over_by_a_copy_of_its_store_alone_lives(bool isCopyFirst)
    {
        string id = await DetachAsync(Tree);
        string copy = Store + ".copy";
        await RunAsync("show", id);
        ToolResult copied = await ShellAsync($"sqlite3 {Store} '.backup {copy}'");
        Assert.True(copied.ExitCode == 0, copied.ToString());
        StoreBuilder builder = new();
        builder.UseSqliteStore(copy);
        await using (ServiceProvider services = builder.Services.BuildServiceProvider())
        {
            IProcessStore store = services.GetRequiredService<IProcessStore>();
            await store.InitializeAsync(TestContext.Current.CancellationToken);
            RunRecord row = (await store.FindRunAsync(RunId.Parse(id), TestContext.Current.CancellationToken))!;
            RunRecord over = row with { State = RunState.Killed, EndedAt = row.CreatedAt - TimeSpan.FromHours(1), Proof = EndProof.CgroupAndReaperEmpty };
            Assert.True((await store.CommitAsync(new StoreCommit { UpdateRun = over }, CommitDurability.Machine, TestContext.Current.CancellationToken)).IsCommitted);
        }

        Variables["WORKFLOW_LIFECYCLE_STORE"] = isCopyFirst ? Store : copy;
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store", isCopyFirst ? copy : Store);

        Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
        Assert.DoesNotContain(id, cleaned.Out, StringComparison.Ordinal);
        Variables["WORKFLOW_LIFECYCLE_STORE"] = Store;
        Assert.Equal(0, (await RunAsync("kill", id, "--emergency", "--reason", "end of the test")).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_asked_before_anything_is_touched()
    {
        string id = await StrayAsync(Tree);

        Assert.Equal(2, (await RunAsync("leaks", "--clean", "--store-gone", Store)).ExitCode);
        ToolResult refused = await OnTerminalAsync($"workflowctl leaks --clean --store-gone {Store}", "n\n");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("[y/N]", refused.Out, StringComparison.Ordinal);
        Assert.Equal(3, Things(Assert.Single(await LeaksAsync(id)), "Process").Count());
        await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);
    }

    [Fact(Timeout = Limit)]
    public async Task What_is_cleaned_is_in_the_audit_of_a_store_that_is_there()
    {
        string id = await StrayAsync(Tree);
        string other = await DetachAsync("sleep 300");

        Assert.Equal(0, (await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store)).ExitCode);

        ToolResult audit = await RunAsync("audit", id);
        Assert.Contains("LeakIntent", audit.Out, StringComparison.Ordinal);
        Assert.Contains("LeakCleaned", audit.Out, StringComparison.Ordinal);
        Assert.Equal("Running", (await StateAsync(other)).Replace("Initializing", "Running", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_process_that_only_has_the_variable_is_never_ended()
    {
        string id = await StrayAsync(Tree);
        ToolResult shell = await ShellAsync($"WORKFLOW_LIFECYCLE_RUN_ID={id} setsid timeout 60 sleep 300 > /dev/null 2>&1 < /dev/null & echo $!; sleep 0.3");
        int pid = int.Parse(shell.Out, CultureInfo.InvariantCulture);

        JsonElement alone = Assert.Single(await LeaksAsync(id), leak => Text(leak, "verdict") == "Unknown");
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.Contains(Things(alone, "Process"), process => process.GetProperty("pid").GetInt32() == pid);
        Assert.Equal(0, cleaned.ExitCode);
        Assert.True(Runs(pid));
        await ShellAsync($"kill -s KILL -- -{pid}");
    }

    [Fact(Timeout = Limit)]
    public async Task A_process_in_the_cgroup_without_the_mark_is_left_and_told()
    {
        string id = await StrayAsync("sleep 300 & env -i sleep 300 & wait");

        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.Equal(5, cleaned.ExitCode);
        Assert.Contains("the run's mark is not in its environment", cleaned.Out, StringComparison.Ordinal);
        JsonElement left = Assert.Single(Things(Assert.Single(await LeaksAsync(id)), "Process"));
        int pid = left.GetProperty("pid").GetInt32();
        await ShellAsync($"kill -s KILL {pid}; sleep 0.2");
        Assert.Equal(0, (await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store)).ExitCode);
        Assert.Empty(await LeaksAsync(id));
    }

    [Fact(Timeout = Limit)]
    public async Task A_live_run_is_no_leak_and_one_whose_store_cannot_be_opened_is_not_touched()
    {
        string live = await DetachAsync(Tree);
        string elsewhere = Path.Combine(Room, "other.db");
        string hidden = (await RunAsync("run", "--detach", "--store", elsewhere, "--", "sh", "-c", Tree)).Out.Trim();
        Assert.Empty(await LeaksAsync(live));
        Assert.Empty(await LeaksAsync(hidden));
        File.Move(elsewhere, elsewhere + ".aside");
        await File.WriteAllTextAsync(elsewhere, "This is no database.", TestContext.Current.CancellationToken);

        JsonElement leak = Assert.Single(await LeaksAsync(hidden));
        ToolResult cleaned = await RunAsync("leaks", "--clean", "--yes", "--store-gone", Store);

        Assert.Equal("Unknown", Text(leak, "verdict"));
        Assert.Contains("can't be opened", Text(leak, "why"), StringComparison.Ordinal);
        Assert.Equal(0, cleaned.ExitCode);
        Assert.Contains("Not asked: " + elsewhere, cleaned.Error, StringComparison.Ordinal);
        File.Delete(elsewhere);
        File.Move(elsewhere + ".aside", elsewhere);
        Assert.Empty(await LeaksAsync(hidden));
        Assert.Equal(3, (await JsonAsync("tree", hidden, "--store", elsewhere)).GetProperty("processes").GetArrayLength());
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static IEnumerable<JsonElement> Things(JsonElement leak, string kind) =>
        leak.GetProperty("things").EnumerateArray().Where(thing => Text(thing, "kind") == kind);

    private static void AssertGone(JsonElement thing) => Assert.False(thing.GetProperty("pid").ValueKind == JsonValueKind.Number
        ? Runs(thing.GetProperty("pid").GetInt32())
        : Directory.Exists(Text(thing, "name")));

    // Its new parent may take a while to collect it.
    private static bool Runs(int pid)
    {
        string status = $"/proc/{pid}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }

    // The machine has other runs, of other tests too.
    private async Task<JsonElement[]> LeaksAsync(string id) =>
        [.. (await JsonAsync("leaks", "--store-gone", Store)).GetProperty("leaks").EnumerateArray().Where(leak => leak.GetProperty("runId").GetString() == id)];

    // Its host left, its shim is killed, and its store is gone: no row knows it.
    private async Task<string> StrayAsync(string script)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root has a cgroup everywhere.");
        string id = await DetachAsync(script);
        ToolResult killed = await ShellAsync($"sleep 0.3; kill -s KILL $(pgrep -f '^workflow-lifecycle-shim {id}$') && sleep 0.2 && rm {Store}*");
        Assert.True(killed.ExitCode == 0, killed.ToString());
        return id;
    }
}
