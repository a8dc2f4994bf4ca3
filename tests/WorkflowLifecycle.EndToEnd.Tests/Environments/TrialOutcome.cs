using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>What a host found, did and said in its surroundings; Tool is what <c>workflowctl doctor --json</c> said there.</summary>
internal sealed record TrialOutcome(EnvironmentReport Doctor, EnvironmentReport Tool, string Keep, string Minimum, string Strength, KillReport Report, string Ended)
{
    /// <summary>Strength, proof, report and doctor agree, and the tree was ended by SIGKILL.</summary>
    public void Holds(ContainmentStrength strength)
    {
        bool isBest = strength == ContainmentStrength.CgroupAndReaper;
        Assert.Equal(strength.ToString(), Strength);
        Assert.Equal((KillOutcome.Killed, strength), (Report.Outcome, Report.Strength));
        Assert.Equal(isBest ? EndProof.CgroupAndReaperEmpty : EndProof.ReaperEmpty, Report.Proof);
        Assert.Empty(Report.Survivors);
        Assert.Equal("Killed 9", Ended);
        Assert.Equal(strength, Doctor.Strength);
        Assert.Equal(isBest, Minimum == "met");
        if (!isBest)
        {
            Assert.Contains("The strength here is Reaper, and CgroupAndReaper was asked for.", Minimum, StringComparison.Ordinal);
        }
    }

    /// <summary>The host's doctor and the tool found this, and what they advise stands in the documentation.</summary>
    public void Finds(string name, string kind, bool toolToo = true)
    {
        Advises(Doctor, name, kind);
        if (toolToo)
        {
            Advises(Tool, name, kind);
        }
    }

    public static void Advises(EnvironmentReport report, string name, string kind)
    {
        string documentation = File.ReadAllText(Path.Combine(Repository(), "docs", "deploying.md"));
        EnvironmentFinding? finding = report.Findings.FirstOrDefault(candidate => candidate.Name == name && candidate.Kind == kind);
        Assert.True(finding is not null, $"no {name}/{kind} among: " + string.Join("; ", report.Findings.Select(found => $"{found.Name}/{found.Kind}: {found.Detail}")));
        Assert.Equal(finding.IsGood && kind != "absent", finding.Remedy.Count == 0);
        Assert.All(finding.Remedy, line => Assert.Contains(line, documentation, StringComparison.Ordinal));
    }

    private static string Repository()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "WorkflowLifecycle.sln")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))!;
        }

        return directory;
    }
}
