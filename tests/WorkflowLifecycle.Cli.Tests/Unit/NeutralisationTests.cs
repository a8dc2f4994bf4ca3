using System.Text;
using CsCheck;
using NSubstitute;
using WorkflowLifecycle.Cli.Logs;
using WorkflowLifecycle.Cli.Rendering;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>Whatever a run calls itself, a terminal shows it and does not act on it.</summary>
[Trait("Scenario", "S64")]
public sealed class NeutralisationTests
{
    private static readonly string[] _nasty =
    [
        "\u001b[2J", "\u001b]0;title\u0007", "\u009b31m", "\r", "\n", "\u0000", "\u007f", "\u202e", "\u2066", "\u200b", "\u2028", "[red]", "[/]", "[[", "\ud800",
        "\udc00", "\U000e0041", "plain",
    ];

    private static readonly Gen<string> _hostile =
        Gen.OneOf(Gen.Int[0, _nasty.Length - 1].Select(i => _nasty[i]), Gen.String).Array[0, 6].Select(parts => string.Concat(parts));

    private static void AssertHarmless(string text, string allowed = "")
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            Assert.False(SafeText.IsHarmful(rune) && !allowed.Contains(rune.ToString(), StringComparison.Ordinal), $"U+{rune.Value:X4} in {text}");
        }
    }

    [Fact]
    public void Shown_AnyText_HoldsNothingThatATerminalActsOn() =>
        _hostile.Sample(text => AssertHarmless(SafeText.Show(text)));

    [Fact]
    public void Shown_Twice_IsShownTheSame() =>
        _hostile.Sample(text => SafeText.Show(SafeText.Show(text)) == SafeText.Show(text));

    [Fact]
    public void Shown_HarmlessText_IsUnchanged() =>
        Gen.Char[' ', '~'].Array.Select(chars => new string(chars)).Sample(text => SafeText.Show(text) == text);

    [Theory]
    [InlineData("a\u001b[31mb", @"a\x1b[31mb")]
    [InlineData("a\nb\tc\rd", @"a\nb\tc\rd")]
    [InlineData("\u202egnp.exe", @"\u202egnp.exe")]
    [InlineData("\u009b", @"\x9b")]
    [InlineData("é 日本 🙂", "é 日本 🙂")]
    public void Shown_Text_ReadsAsExpected(string text, string shown) => Assert.Equal(shown, SafeText.Show(text));

    [Fact]
    public void Shown_LoneSurrogate_IsAnEscape() => Assert.Equal(@"a\ud800b", SafeText.Show("a\ud800b"));

    [Fact]
    public void Log_OnATerminal_KeepsLinesAndShowsTheRestHoweverItIsCut() =>
        Gen.Select(_hostile, Gen.Int[1, 7]).Sample((text, size) =>
        {
            StringWriter writer = new();
            TerminalText terminal = new(writer);
            foreach (byte[] chunk in Encoding.UTF8.GetBytes(text).Chunk(size))
            {
                terminal.Write(chunk);
            }

            AssertHarmless(writer.ToString(), allowed: "\n\t");
        });

    [Fact]
    public void Log_WithWindowsLineEnds_HasPlainOnes()
    {
        StringWriter writer = new();
        TerminalText terminal = new(writer);

        terminal.Write("one\r"u8);
        terminal.Write("\ntwo\rthree\n"u8);

        Assert.Equal("one\ntwo\\rthree\n", writer.ToString());
    }

    [Theory]
    [InlineData("ps", true)]
    [InlineData("ps", false)]
    [InlineData("show", true)]
    [InlineData("show", false)]
    [InlineData("tree", true)]
    [InlineData("tree", false)]
    [InlineData("audit", true)]
    [InlineData("audit", false)]
    [InlineData("kill", true)]
    [InlineData("kill", false)]
    [InlineData("dry-run", true)]
    [InlineData("dry-run", false)]
    [InlineData("wait", false)]
    [InlineData("doctor", false)]
    public async Task AnyVerb_OverHostileText_PrintsItHarmless(string verb, bool isTerminal)
    {
        foreach (string nasty in _nasty)
        {
            string text = "x" + nasty + "y";
            CommandLine cli = Hostile(text, isTerminal);
            string[] arguments = verb switch
            {
                "kill" => ["kill", "run_1", "--reason", "stuck since noon"],
                "dry-run" => ["kill", "run_1", "--dry-run", "--reason", "stuck since noon"],
                "ps" or "audit" or "doctor" => [verb],
                _ => [verb, "run_1"],
            };

            int code = await cli.RunAsync(arguments);

            Assert.InRange(code, 0, 5);
            AssertHarmless(cli.Out, allowed: "\n");
            AssertHarmless(cli.Error, allowed: "\n");
            Assert.Contains(nasty is "[red]" or "[/]" or "[[" or "plain" ? text : "x", cli.Out.Replace("\n", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Errors_OverHostileText_AreHarmlessToo()
    {
        CommandLine cli = new();

        await cli.RunAsync("show", "\u001b[2J\u202e");

        AssertHarmless(cli.Error, allowed: "\n");
        Assert.Contains(@"\x1b[2J\u202e", cli.Error, StringComparison.Ordinal);
    }

    private static CommandLine Hostile(string text, bool isTerminal)
    {
        CommandLine cli = new() { IsTerminal = isTerminal };
        RunRecord run = Sample.Run() with
        {
            Workflow = text,
            Session = text,
            Owner = text,
            Program = text,
            Arguments = [text],
            WorkingDirectory = text,
            Failure = text,
            Status = text,
            LaunchedBy = text,
            KillId = Sample.Report().KillId,
        };
        KillReport report = Sample.Report(KillOutcome.KillUnconfirmed) with
        {
            Reason = text,
            RequestedBy = text,
            Message = text,
            Survivors = [Sample.Process(commandLine: text) with { Name = text, WaitsOn = text }],
            Steps = [new KillStep(text, 1, text)],
            OpenExits = [text],
            Cleanup = [new CleanupResult { Cleaner = text, Outcome = "Failed", Remaining = [text], Message = text }],
        };
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([run], null), new RunPage([], null));
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(run);
        cli.Registry.WaitForEndAsync(default, default).ReturnsForAnyArgs(run with { State = new RunState(text.Length > 0 ? text : "x") });
        cli.Registry.InspectAsync(default, default).ReturnsForAnyArgs([Sample.Process(commandLine: text)]);
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(report);
        cli.Kills.FindReportAsync(default, default).ReturnsForAnyArgs(report);
        cli.Kills.PreviewAsync(default, default).ReturnsForAnyArgs(new KillPreview { Run = run, Processes = [Sample.Process(commandLine: text)], Waits = [text], Cleans = [text] });
        cli.Store.ReadAuditAsync(default!, default).ReturnsForAnyArgs(new ValueTask<IReadOnlyList<AuditEntry>>(
            [Sample.Audit() with { Stage = text, Actor = text, Reason = text, Details = new Dictionary<string, string>(StringComparer.Ordinal) { [text] = text } }]));
        cli.Doctor.ExamineAsync(default).ReturnsForAnyArgs(new EnvironmentReport
        {
            Strength = ContainmentStrength.Reaper,
            Why = text,
            OpenExits = [text],
            Findings = [new EnvironmentFinding { Name = text, IsGood = false, Detail = text, Remedy = [text] }],
        });
        return cli;
    }
}
