using WorkflowLifecycle.Launching;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class LaunchRequestCheckTests
{
    private static readonly LaunchRequest _good = new("agent", "--print", "");

    private static void Refused(LaunchRequest request, string mention) =>
        Assert.Contains(mention, Assert.ThrowsAny<ArgumentException>(() => LaunchRequestCheck.Check(request)).Message, StringComparison.Ordinal);

    [Fact]
    public void Check_OrdinaryRequest_Passes()
    {
        LaunchRequestCheck.Check(_good);
        LaunchRequestCheck.Check(_good with
        {
            RunId = RunId.Parse("a"),
            ParentRun = RunId.Parse("b"),
            Workflow = new string('w', 200),
            Session = "s",
            Owner = "o",
            Environment = new Dictionary<string, string?> { ["A"] = "x=y", ["B"] = null, ["C"] = "" },
        });
    }

    [Theory]
    [InlineData(OutputMode.Files)]
    [InlineData(OutputMode.Discard)]
    public void Check_PatternInOutputThatTheHostDoesNotSee_IsRefusedWithTheRemedy(OutputMode output)
    {
        LaunchRequest request = _good with { Readiness = Readiness.OutputPattern("up"), Output = output };

        Refused(request, $"Output = {output}");
        Refused(request, "Use Output = Capture or Stream, or Readiness.Notify()");
        LaunchRequestCheck.Check(request with { Readiness = Readiness.Notify() });
        LaunchRequestCheck.Check(request with { Output = OutputMode.Capture });
        LaunchRequestCheck.Check(request with { Output = OutputMode.Stream });
    }

    [Fact]
    public void Check_UndeclaredWhereReadinessIsRequired_IsRefusedWithTheRemedy()
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => LaunchRequestCheck.Check(_good, requireReadiness: true)).Message;

        Assert.Contains("RequireReadiness", message, StringComparison.Ordinal);
        Assert.Contains("Set Readiness to", message, StringComparison.Ordinal);
        LaunchRequestCheck.Check(_good with { Readiness = Readiness.Api() }, requireReadiness: true);
    }

    [Fact]
    public void Check_LadderWithAStepThatMeansNothing_IsRefusedAndNamesIt()
    {
        LaunchRequest With(TerminationStep step) => _good with { Termination = new TerminationLadder { Steps = [TerminationStep.SendSignal(15), step] } };

        Refused(With(new TerminationStep()), "Step 1 of the termination ladder sends signal 0");
        Refused(With(new TerminationStep { Signal = 9 }), "sends signal 9");
        Refused(With(new TerminationStep { Kind = TerminationStepKind.InputLine }), "has no line");
        Refused(With(new TerminationStep { Kind = TerminationStepKind.Command }), "has no program");
        Refused(With(TerminationStep.RunCommand("stop", "a\0b")), "NUL");
        Refused(With(null!), "is null");
        Refused(_good with { Termination = null! }, "Termination is null");
        LaunchRequestCheck.Check(With(TerminationStep.RunCommand("stop")));
    }

    [Fact]
    public void Check_NothingToLaunch_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => LaunchRequestCheck.Check(null!));
        Refused(_good with { Program = "" }, "request");
        Refused(_good with { Program = "a\0b" }, "NUL");
    }

    [Fact]
    public void Check_ArgumentThatNoProgramCanGet_IsNamedByItsIndex()
    {
        Refused(new LaunchRequest("agent", "ok", "a\0b"), "Argument 1 contains a NUL");
        Refused(new LaunchRequest("agent", "ok", "ok", null!), "Argument 2 is null");
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\0B")]
    public void Check_NameOfAVariable_IsNeitherEmptyNorHoldsEqualsOrNul(string name) =>
        Refused(_good with { Environment = new Dictionary<string, string?> { [name] = "x" } }, "environment variable name");

    [Fact]
    [Trait("Scenario", "S66")]
    public void Check_ValueWithNul_NamesTheVariableAndNotItsValue()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => LaunchRequestCheck.Check(_good with { Environment = new Dictionary<string, string?> { ["TOKEN"] = "canary\0x" } }));

        Assert.Contains("TOKEN", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Scenario", "S77")]
    [InlineData("x.bat")]
    [InlineData("x.CMD")]
    [InlineData("c:\\tools\\x.Bat. .")]
    [InlineData("x.cmd ")]
    public void Check_BatchFile_IsRefused(string program) => Refused(_good with { Program = program }, "batch file");

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\u001bb")]
    public void Check_BadLabel_IsNamed(string label)
    {
        Refused(_good with { Workflow = label }, "Workflow");
        Refused(_good with { Session = label }, "Session");
        Refused(_good with { Owner = label }, "Owner");
    }

    [Fact]
    public void Check_LabelOver200_IsRefused() => Refused(_good with { Owner = new string('o', 201) }, "Owner");

    [Fact]
    public void Check_EmptyRunIds_AreRefused()
    {
        Refused(_good with { RunId = default(RunId) }, RunId.Rule);
        Refused(_good with { ParentRun = default(RunId) }, RunId.Rule);
    }

    [Fact]
    public void Check_RunUnderItself_IsRefused() =>
        Refused(_good with { RunId = RunId.Parse("a"), ParentRun = RunId.Parse("a") }, "its own parent");

    [Fact]
    public void Check_InputFromNoFile_IsRefused() => Refused(_good with { Input = InputMode.File }, "InputFile");
}
