using System.Globalization;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>A second process that does the same to two paths without a pause.</summary>
internal sealed class Attacker : IDisposable
{
    public const int Files = 4;

    private readonly Child _child;

    private Attacker(Child child) => _child = child;

    public static async Task<Attacker> StartAsync(string verb)
    {
        Attacker attacker = new(Child.Start(Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Processes.Tests.Helper"), verb));
        Assert.Equal("ready", await attacker._child.ReadLineAsync());
        return attacker;
    }

    /// <summary>From here on it is at these two, and no more at the ones before.</summary>
    public async Task AimAsync(string path, string other)
    {
        _child.Tell(path + "\t" + other);
        Assert.Equal("at it", await _child.ReadLineAsync());
    }

    /// <summary>How often it came off.</summary>
    public async Task<int> EndAsync()
    {
        _child.Tell("end");
        return int.Parse((await _child.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    public static void Fill(string directory, int files = Files)
    {
        Directory.CreateDirectory(directory);
        for (int i = 0; i < files; i++)
        {
            File.WriteAllText(Path.Combine(directory, $"f{i}"), string.Empty);
        }
    }

    public void Dispose() => _child.Dispose();
}
