using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Recovery;

/// <summary>Two hosts that start at the same moment after a third died: each row is settled once.</summary>
public sealed class TwoStartsTests : RecoveryTest
{
    private const int Runs = 24;

    // By its number: it goes on, it ended while nobody looked.
    private const string Program = "if [ $(($1 % 2)) = 0 ]; then exec sleep 60; fi; exit $1";

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S21")]
    [Trait("Scenario", "S24")]
    public async Task TwoHosts_ThatStartAtOnce_SettleEachRowOnce()
    {
        HelperProcess host = StartHost("launch", Id.Value, "keep", "discard", "count=" + Runs.ToString(CultureInfo.InvariantCulture), "--", "/bin/sh", "-c", Program, "sh");
        await host.ReadAsync("launched all");
        await host.KillAsync();

        HelperProcess[] hosts = [StartHost("serve", Id.Value, "gun"), StartHost("serve", Id.Value, "gun")];
        foreach (HelperProcess next in hosts)
        {
            await next.ReadAsync("ready");
        }

        await Task.WhenAll(hosts.Select(next => next.SayAsync("go")));
        await Task.WhenAll(hosts.Select(next => next.ReadAsync("serving")));

        int[] pids = [.. hosts.Select(next => next.Pid)];
        List<int> holders = [];
        for (int number = 0; number < Runs; number++)
        {
            RunId runId = RunId.Parse($"{Id}-{number}");
            RunRecord row = await RowAsync(runId);
            IReadOnlyList<AuditEntry> audit = await Reader.AuditAsync(runId);
            if (number % 2 == 0)
            {
                Assert.Contains(row.Host.Pid, pids);
                Assert.Equal("ReAdopted", Assert.Single(audit, entry => entry.Stage == "Reconciled").Details["outcome"]);
                holders.Add(row.Host.Pid);
            }
            else
            {
                Assert.Equal((RunState.Exited, number), (row.State, row.ExitCode));
                Assert.Single(audit, entry => entry.Stage == "Exited");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", holders.GroupBy(pid => pid).Select(group => $"{group.Count()} by one host")));
        foreach (HelperProcess next in hosts)
        {
            await next.KillAsync();
        }
    }
}
