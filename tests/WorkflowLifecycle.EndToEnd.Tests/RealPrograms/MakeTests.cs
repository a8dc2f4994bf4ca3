using System.Globalization;
using System.Text;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>A parallel build that is ended in the middle. What it leaves behind is good enough for the next one.</summary>
public sealed class MakeTests : RealProgramTest
{
    private const int Sources = 600;

    [Theory(Timeout = 3 * Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_OfAParallelMake_LeavesNoHalfTarget(ContainmentStrength strength)
    {
        Need("make");
        await WriteMakefileAsync();

        // Four jobs that write all the time hardly ever leave an instant in which none does: the ceiling decides.
        Engine engine = Start(strength, options => options.FileCeiling = TimeSpan.FromSeconds(2));
        await using ITrackedProcess process = await engine.LaunchAsync(Run(engine, "make", "-s", "-j4"));
        await Wait.UntilAsync("a few targets are made", () => Targets.Count() >= 8);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        Assert.True(report.ProcessesBefore.Count > 4, Describe(report));
        AssertDidNotWait(report, "git", "database", "other");
        AssertNobodyLeft(report);
        Assert.False(File.Exists(InWork("all")));

        // make takes a target for done when it is there: it ended too early only if a half one was left.
        await RunAsideAsync("make", "-s", "-j4");
        Assert.Equal(Sources, (await File.ReadAllLinesAsync(InWork("all"))).Count(line => line.EndsWith(" whole", StringComparison.Ordinal)));
    }

    private IEnumerable<string> Targets => Directory.EnumerateFiles(Work, "*.o");

    // A recipe reads its source and writes its target in two blows, as compilers do.
    private async Task WriteMakefileAsync()
    {
        for (int i = 0; i < Sources; i++)
        {
            await File.WriteAllTextAsync(InWork(string.Create(CultureInfo.InvariantCulture, $"{i}.c")), "int x;\n");
        }

        StringBuilder makefile = new();
        makefile.Append(CultureInfo.InvariantCulture, $"objects := $(patsubst %.c,%.o,$(wildcard *.c))\nall: $(objects)\n\t@cat $(objects) > $@\n");
        makefile.Append("%.o: %.c\n\t@exec 3> $@; printf $< >&3; cksum $< > /dev/null; sleep 0.05; echo ' whole' >&3\n");
        await File.WriteAllTextAsync(InWork("Makefile"), makefile.ToString());
    }
}
