namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>A program that tries to leave or to harm its containment (attack.pl).</summary>
internal static class Attack
{
    /// <summary>Launches it, tells it what to try, and returns its answers once the tree is gone.</summary>
    public static async Task<string[]> RunAsync(Specification specification, Func<ShimUnderTest, string[]> attempts, ShimOptions? options = null)
    {
        string room = Directory.CreateTempSubdirectory("shim-attack-").FullName;
        try
        {
            using ShimUnderTest shim = await LaunchAsync(specification, room, options);
            Tell(room, attempts(shim));
            await shim.Host.EventAsync(MessageType.Empty);
            return shim.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(room, recursive: true);
        }
    }

    public static Task<ShimUnderTest> LaunchAsync(Specification specification, string room, ShimOptions? options = null) =>
        ShimUnderTest.LaunchAsync(specification with { Argv = TestPrograms.Perl("attack", Path.Combine(room, "attempts")) }, options);

    public static void Tell(string room, params string[] attempts)
    {
        string file = Path.Combine(room, "attempts");
        File.WriteAllLines(file + ".new", attempts);
        File.Move(file + ".new", file);
    }
}
