using CsCheck;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Registry;

public sealed class RunStateTableTests
{
    // Written out a second time on purpose: whoever changes the lifecycle changes it in two places.
    private static readonly Dictionary<string, string> _table = new()
    {
        ["Launching"] = "Initializing Running Stopping KillUnconfirmed LaunchFailed Exited Killed EndedUnproven Lost",
        ["Initializing"] = "Running Stopping KillUnconfirmed Exited Killed EndedUnproven Lost",
        ["Running"] = "Stopping KillUnconfirmed Exited Killed EndedUnproven Lost",
        ["Stopping"] = "Launching Initializing Running Exited Killed EndedUnproven KillUnconfirmed LaunchFailed Lost",
        ["KillUnconfirmed"] = "Stopping Exited Killed EndedUnproven Lost",
        ["Exited"] = "",
        ["Killed"] = "",
        ["EndedUnproven"] = "",
        ["LaunchFailed"] = "",
        ["Lost"] = "",
    };

    private static readonly Gen<RunState> _anyState = Gen.OneOf(Any.Of([.. RunStateTable.Known]), Gen.String.Select(text => new RunState("new-" + text)));

    [Fact]
    public void Allows_EveryPair_IsTheTable()
    {
        Assert.Equal(_table.Keys.Order(StringComparer.Ordinal), RunStateTable.Known.Select(state => state.Name).Order(StringComparer.Ordinal));
        foreach (RunState from in RunStateTable.Known)
        {
            foreach (RunState to in RunStateTable.Known)
            {
                Assert.True(RunStateTable.Allows(from, to) == (from == to || _table[from.Name].Split(' ').Contains(to.Name)), $"{from} -> {to}");
            }
        }
    }

    [Fact]
    public void Walk_AtRandom_StopsAtTheFirstFinalState() =>
        _anyState.Array[1, 40].Sample(wishes =>
        {
            RunState state = RunState.Launching;
            bool wasFinal = false;
            foreach (RunState wish in wishes)
            {
                bool moves = RunStateTable.Allows(state, wish);
                if (moves && wasFinal && wish != state)
                {
                    return false;
                }

                state = moves ? wish : state;
                wasFinal = state.IsFinal;
            }

            return RunStateTable.Known.Contains(state);
        });

    [Fact]
    [Trait("Scenario", "S54")]
    public void Allows_UnknownState_LeadsNowhereAndIsReachedFromNowhere() =>
        Gen.Select(_anyState, _anyState).Where((from, to) => from != to && !(RunStateTable.Known.Contains(from) && RunStateTable.Known.Contains(to)))
            .Sample((from, to) => !RunStateTable.Allows(from, to));

    [Fact]
    public void FinalStates_LeadNowhere_AndTheOthersSomewhere() =>
        Assert.All(RunStateTable.Known, state => Assert.Equal(state.IsFinal, RunStateTable.Known.All(to => to == state || !RunStateTable.Allows(state, to))));
}
