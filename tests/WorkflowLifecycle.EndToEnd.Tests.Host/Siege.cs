using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Win32.SafeHandles;

namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A run that is ended by a host that has nothing left: what the options name is used up first.</summary>
internal sealed class Siege(IServiceProvider provider, HostArguments arguments)
{
    private const int LargestBlock = 1 << 14;
    private const int SmallestBlock = 1 << 12;

    private readonly List<SafeFileHandle> _descriptors = [];
    private readonly List<byte[]> _memory = [];

    public async Task RunAsync()
    {
        // The first line takes a thread of the runtime.
        Console.WriteLine("besieged");
        await using ITrackedProcess process = await provider.GetRequiredService<ITrackedProcessLauncher>().LaunchAsync(arguments.Request);
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (line.Text is "ready" or "grown")
            {
                break;
            }
        }

        Console.WriteLine($"ready {process.Strength}");
        await Console.In.ReadLineAsync();
        UseUp();
        KillReport report;
        try
        {
            report = await provider.GetRequiredService<IKillCoordinator>().KillAsync(arguments.RunId, arguments.KillRequest);
        }
        finally
        {
            _memory.Clear();
        }

        _descriptors.ForEach(descriptor => descriptor.Dispose());
        Console.WriteLine("report " + JsonSerializer.Serialize(report));
        RunResult result = await process.WaitForExitAsync();
        Console.WriteLine($"ended {result.State} {result.ExitSignal}");
    }

    private void UseUp()
    {
        if (arguments.Has("descriptors"))
        {
            UntilNoneIsLeft(() => _descriptors.Add(File.OpenHandle("/dev/null")));
            Console.WriteLine($"used up {_descriptors.Count}");
        }

        for (int size = LargestBlock; arguments.Has("memory") && size >= SmallestBlock; size /= 2)
        {
            int block = size;
            UntilNoneIsLeft(() => _memory.Add(new byte[block]));
        }

        for (int left = arguments.Number("spare"); left > 0 && _memory.Count > 0; left -= LargestBlock)
        {
            _memory.RemoveAt(0);
        }
    }

    private static void UntilNoneIsLeft(Action take)
    {
        try
        {
            while (true)
            {
                take();
            }
        }
        catch (Exception exception) when (exception is IOException or OutOfMemoryException)
        {
            return;
        }
    }
}
