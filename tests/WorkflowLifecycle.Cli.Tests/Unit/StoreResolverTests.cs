using NSubstitute;
using WorkflowLifecycle.Cli.Errors;
using WorkflowLifecycle.Cli.Stores;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class StoreResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly List<AnnouncedStore> _announced = [];

    public StoreResolverTests() => _environment["XDG_STATE_HOME"] = _directory.Path;

    private StoreResolver Resolver => new(_environment.GetValueOrDefault, () => _announced);

    public void Dispose() => _directory.Dispose();

    private string Create(string name)
    {
        string file = _directory.File(name);
        File.WriteAllText(file, string.Empty);
        return file;
    }

    private void Announce(string location, bool isTrusted = true, string owner = "me") =>
        _announced.Add(new AnnouncedStore(new StoreAnnouncement { Location = location, Kind = "file", Owner = owner }, isTrusted));

    [Fact]
    public void Option_GoesBeforeEverything()
    {
        _environment[StoreResolver.Variable] = Create("environment.db");
        Announce(Create("announced.db"));
        string named = Create("named.db");

        Assert.Equal(new StoreChoice(named, StoreSource.Option), Resolver.ForReading(named));
    }

    [Fact]
    public void Environment_GoesBeforeAnnouncements()
    {
        string named = Create("environment.db");
        _environment[StoreResolver.Variable] = named;
        Announce(Create("announced.db"));

        Assert.Equal(new StoreChoice(named, StoreSource.Environment), Resolver.ForReading(null));
    }

    [Fact]
    public void Announcement_GoesBeforeTheDefault()
    {
        string announced = Create("announced.db");
        Announce(announced);
        Announce(announced);

        Assert.Equal(new StoreChoice(announced, StoreSource.Announcement), Resolver.ForReading(null));
    }

    [Fact]
    public void Announcements_OfSeveralStores_AskForAChoice()
    {
        string one = Create("one.db");
        string two = Create("two.db");
        Announce(one);
        Announce(two);

        CliError error = Assert.Throws<CliException>(() => Resolver.ForReading(null)).Error;
        Assert.Equal(2, error.ExitCode);
        Assert.Contains(one, error.Message, StringComparison.Ordinal);
        Assert.Contains(two, error.Message, StringComparison.Ordinal);
        Assert.Contains("--store", error.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void Announcement_OfAStranger_IsNeverFollowed()
    {
        Announce(Create("trap.db"), isTrusted: false, owner: "mallory; reboot");

        Assert.Null(Resolver.ForReading(null));
        AnnouncedStore named = Assert.Single(Resolver.OutOfReach());
        Assert.StartsWith("sudo -u 'mallory; reboot' workflowctl ps --store ", StoreAccess.CommandOfOwner(named, "ps"), StringComparison.Ordinal);
    }

    [Fact]
    public void Announcement_OfAMissingFile_IsNotUsed()
    {
        Announce(_directory.File("missing.db"));

        Assert.Null(Resolver.ForReading(null));
    }

    [Fact]
    public void Default_Missing_IsEmptyToReadAndTheFileToLaunchInto()
    {
        Assert.Null(Resolver.ForReading(null));
        Assert.Equal(new StoreChoice(_directory.File("workflow-lifecycle/workflows.db"), StoreSource.Default), Resolver.ForLaunching(null));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Named_Missing_IsUnavailableToRead(bool byOption)
    {
        string missing = _directory.File("missing.db");
        _environment[StoreResolver.Variable] = missing;

        StoreUnavailableException unavailable = Assert.Throws<StoreUnavailableException>(() => Resolver.ForReading(byOption ? missing : null));
        Assert.Contains(missing, unavailable.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(missing));
    }

    [Fact]
    public async Task EveryReadingVerb_OverAMissingDefault_IsEmptyOrNotFound()
    {
        foreach ((string[] arguments, int code) in new (string[], int)[]
        {
            (["ps"], 0), (["ps", "--json"], 0), (["audit"], 0), (["debts"], 0), (["debts", "run_1"], 3), (["debts", "--retry"], 0), (["prune", "--yes"], 0), (["stats"], 0), (["audit", "run_1"], 3), (["show", "run_1"], 3), (["tree", "run_1"], 3),
            (["logs", "run_1"], 3), (["wait", "run_1"], 3), (["kill", "run_1", "--reason", "stuck since noon"], 3),
        })
        {
            CommandLine cli = new() { NamesStore = false };
            cli.Environment["XDG_STATE_HOME"] = _directory.Path;

            Assert.Equal(code, await cli.RunAsync(arguments));
            Assert.Empty(cli.Opened);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Doctor_WithSeveralAnnounced_SaysThatNoneIsUsed()
    {
        CommandLine cli = new() { NamesStore = false };
        cli.Environment["XDG_STATE_HOME"] = _directory.Path;
        cli.Doctor.ExamineAsync(default).ReturnsForAnyArgs(new EnvironmentReport { Strength = ContainmentStrength.Reaper, Why = "no cgroup" });
        Announce(Create("one.db"));
        Announce(Create("two.db"));
        cli.Announced.AddRange(_announced);

        Assert.Equal(0, await cli.RunAsync("doctor"));
        Assert.Contains("None of them is used until you say which", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ps_OverAMissingDefault_NamesTheStoresOutOfReach()
    {
        CommandLine cli = new() { NamesStore = false };
        cli.Environment["XDG_STATE_HOME"] = _directory.Path;
        cli.Announced.Add(new AnnouncedStore(new StoreAnnouncement { Location = "/srv/x.db", Kind = "file", Owner = "alice" }, IsTrusted: false));

        Assert.Equal(0, await cli.RunAsync("ps"));
        Assert.Contains("sudo -u alice workflowctl ps --store /srv/x.db", cli.Error, StringComparison.Ordinal);
    }
}
