using WorkflowLifecycle.Processes.Linux.NetTables;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>A list of sockets that can't be read is none that is empty: a port that is held would count as free.</summary>
public sealed class UnreadableNetTableTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    [Fact]
    public void ReadLines_ListThatCannotBeOpened_SaysSo()
    {
        // Anything but "there is none": here a file in the place of a directory.
        IOException refused = Assert.Throws<IOException>(() => Read("self/exe", "unix"));

        Assert.StartsWith("/proc/self/exe/net/unix: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadLines_ListWhoseReadingFails_SaysSo()
    {
        // A directory can be opened, and not be read as a file.
        Directory.CreateDirectory(_place.File("net/unix"));

        Assert.Throws<IOException>(() => Read("self/root" + _place.Path, "unix"));
    }

    [Theory]
    [InlineData("self", "no-such-protocol")]
    [InlineData("4194305", "tcp")]
    public void ReadLines_ProtocolOrProcessThatIsNotThere_IsNone(string process, string name) => Assert.Empty(Read(process, name));

    public void Dispose() => _place.Dispose();

    private static string[] Read(string process, string name) => [.. NetTable.ReadLines(process, name, static () => true)];
}
