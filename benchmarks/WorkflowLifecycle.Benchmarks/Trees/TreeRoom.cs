using WorkflowLifecycle.Benchmarks.Programs;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>What every measurement needs: the programs, and the platform with and without cgroups. Leaves nothing behind.</summary>
internal sealed class TreeRoom : IDisposable
{
    private readonly NativePrograms _programs = new();
    private readonly Elsewhere? _elsewhere;

    private TreeRoom(IContainmentPlatform withCgroups, IContainmentPlatform withoutCgroups, ContainmentAbility ability)
    {
        WithCgroups = withCgroups;
        WithoutCgroups = withoutCgroups;
        Ability = ability;
        _elsewhere = ability.CgroupRoot is { } root ? new Elsewhere(root) : null;
    }

    public IContainmentPlatform WithCgroups { get; }

    public IContainmentPlatform WithoutCgroups { get; }

    public ContainmentAbility Ability { get; }

    public bool HasCgroups => _elsewhere is not null;

    public string Forest => _programs.Forest;

    public static async Task<TreeRoom> OpenAsync()
    {
        IContainmentPlatform with = ContainmentPlatform.Create(new ContainmentSettings(), TimeProvider.System);
        IContainmentPlatform without = ContainmentPlatform.Create(new ContainmentSettings { WithoutCgroups = true }, TimeProvider.System);
        await without.ProbeAsync();
        return new TreeRoom(with, without, await with.ProbeAsync());
    }

    public string NewPath(string name) => _programs.NewPath(name);

    public TreeSpec Tree(TreeKind kind, int count) => new()
    {
        Kind = kind,
        Count = count,
        ReadyFile = _programs.NewPath("ready"),
        Elsewhere = kind == TreeKind.Walkers ? _elsewhere?.ProcessesFile : null,
    };

    /// <summary>One baseline kill, in milliseconds.</summary>
    public async Task<double> EndByBaselineAsync(TreeKind kind, int count)
    {
        Elsewhere place = _elsewhere ?? throw new InvalidOperationException("The baseline needs a writable cgroup tree: run as root or in a delegated one.");
        using BaselineTree tree = await BaselineTree.LaunchAsync(_programs.Subreaper, Forest, place.NewCgroup(), Tree(kind, count));
        return await tree.EndAsync();
    }

    /// <summary>One kill by the engine's containment alone, in milliseconds.</summary>
    public async Task<double> EndByEngineAsync(IContainmentPlatform platform, TreeKind kind, int count)
    {
        TreeSpec spec = Tree(kind, count);
        EngineTree tree = await EngineTree.LaunchAsync(platform, Forest, spec);
        await using (tree)
        {
            double took = await tree.EndAsync();
            IReadOnlyList<string> left = Census.Find(spec.Mark);
            return left.Count == 0 ? took : throw new InvalidOperationException($"{spec}: said to be gone, but there are {string.Join(", ", left)}.");
        }
    }

    public void Dispose()
    {
        _elsewhere?.Dispose();
        _programs.Dispose();
    }
}
