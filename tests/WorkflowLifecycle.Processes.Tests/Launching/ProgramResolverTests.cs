using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Launching;

public sealed class ProgramResolverTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    private ContainmentSpec Spec(string program, string? path = null) => new()
    {
        RunId = RunId.Parse("run_1"),
        InternalId = new string('a', 32),
        Program = program,
        Arguments = [program],
        WorkingDirectory = _place.Path,
        Environment = path is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["PATH"] = path },
    };

    private static void Refused(ContainmentSpec spec, LaunchStage stage, string path)
    {
        LaunchFailedException exception = Assert.Throws<LaunchFailedException>(() => ProgramResolver.Resolve(spec));
        Assert.Equal((stage, path), (exception.Stage, exception.Path));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_AbsolutePath_IsTaken()
    {
        string program = _place.Executable("tool");
        Assert.Equal(program, ProgramResolver.Resolve(Spec(program)).Program);
    }

    [Fact]
    public void Resolve_RelativePath_CountsFromTheWorkingDirectory()
    {
        string program = _place.Executable("tool");
        Assert.Equal(program, ProgramResolver.Resolve(Spec("./tool")).Program);
        Assert.Equal(program, ProgramResolver.Resolve(Spec("../" + Path.GetFileName(_place.Path) + "/tool")).Program);
    }

    [Fact]
    public void Resolve_Name_IsSearchedInThePathOfTheProgramInOrder()
    {
        Directory.CreateDirectory(_place.File("a"));
        Directory.CreateDirectory(_place.File("b"));
        string first = _place.Executable("a/tool");
        _place.Executable("b/tool");

        Assert.Equal(first, ProgramResolver.Resolve(Spec("tool", $"/nowhere:{_place.File("a")}:{_place.File("b")}")).Program);
    }

    [Fact]
    public void Resolve_NameInAnUnexecutableFile_GoesOnToTheNext()
    {
        Directory.CreateDirectory(_place.File("a"));
        Directory.CreateDirectory(_place.File("b"));
        string denied = _place.Write("a/tool", "");
        string second = _place.Executable("b/tool");

        Assert.Equal(second, ProgramResolver.Resolve(Spec("tool", $"{_place.File("a")}:{_place.File("b")}")).Program);
        Refused(Spec("tool", _place.File("a")), LaunchStage.ProgramNotExecutable, denied);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":/nowhere")]
    [InlineData("/nowhere:")]
    [InlineData("/nowhere::/nowhere")]
    [InlineData(".")]
    public void Resolve_EmptyEntryOfPath_IsTheWorkingDirectory(string path)
    {
        string program = _place.Executable("tool");
        Assert.Equal(program, ProgramResolver.Resolve(Spec("tool", path)).Program);
    }

    [Fact]
    public void Resolve_WithoutAPath_SearchesTheUsualPlaces() =>
        Assert.EndsWith("/sh", ProgramResolver.Resolve(Spec("sh")).Program, StringComparison.Ordinal);

    [Fact]
    public void Resolve_MissingProgram_NamesIt()
    {
        Refused(Spec("no-such-tool", "/usr/bin"), LaunchStage.ProgramMissing, "no-such-tool");
        Refused(Spec("/no/such/tool"), LaunchStage.ProgramMissing, "/no/such/tool");
    }

    [Fact]
    public void Resolve_DirectoryAsProgram_IsNotExecutable()
    {
        string directory = Directory.CreateDirectory(_place.File("tool")).FullName;
        Refused(Spec("./tool"), LaunchStage.ProgramNotExecutable, directory);
        Refused(Spec("tool", _place.Path), LaunchStage.ProgramMissing, "tool");
    }

    [Fact]
    public void Resolve_FileThatMayNotBeExecuted_SaysSo()
    {
        string file = _place.Write("notes.txt", "");
        Refused(Spec(file), LaunchStage.ProgramNotExecutable, file);
    }

    [Fact]
    public void Resolve_MissingWorkingDirectory_IsNamedBeforeTheProgram() =>
        Refused(Spec("no-such-tool") with { WorkingDirectory = _place.File("none") }, LaunchStage.WorkingDirectory, _place.File("none"));

    [Fact]
    public void Resolve_InputFromADirectory_IsRefused() =>
        Refused(Spec("sh") with { Input = InputMode.File, InputFile = _place.Path }, LaunchStage.StandardStreams, _place.Path);

    [Fact]
    public void Resolve_MissingInputFile_IsNamed() =>
        Refused(Spec("sh") with { Input = InputMode.File, InputFile = _place.File("none") }, LaunchStage.StandardStreams, _place.File("none"));
}
