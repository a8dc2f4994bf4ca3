using System.Text;
using CsCheck;
using WorkflowLifecycle.Cli.Logs;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class RotatedLogTests
{
    private static string Read(RotatedLog log)
    {
        StringBuilder text = new();
        log.CopyTo(bytes => text.Append(Encoding.UTF8.GetString(bytes)));
        return text.ToString();
    }

    // As the writer of the files does: the oldest goes, each moves up, the newest starts empty.
    private static void Rotate(TemporaryDirectory directory, int kept)
    {
        File.Delete(directory.File($"stdout.log.{kept}"));
        for (int number = kept - 1; number >= 1; number--)
        {
            if (File.Exists(directory.File($"stdout.log.{number}")))
            {
                File.Move(directory.File($"stdout.log.{number}"), directory.File($"stdout.log.{number + 1}"));
            }
        }

        File.Move(directory.File("stdout.log"), directory.File("stdout.log.1"));
        File.WriteAllText(directory.File("stdout.log"), string.Empty);
    }

    [Fact]
    public void Read_OverRotatedFiles_StartsWithTheOldest()
    {
        using TemporaryDirectory directory = new();
        File.WriteAllText(directory.File("stdout.log.10"), "a");
        File.WriteAllText(directory.File("stdout.log.2"), "b");
        File.WriteAllText(directory.File("stdout.log.1"), "c");
        File.WriteAllText(directory.File("stdout.log"), "d");
        File.WriteAllText(directory.File("stdout.log.old"), "not ours");
        using RotatedLog log = new(directory.Path, "stdout.log");

        Assert.Equal("abcd", Read(log));
        Assert.Equal(string.Empty, Read(log));
    }

    [Fact]
    public void Read_WithNoFileYet_WaitsForIt()
    {
        using TemporaryDirectory directory = new();
        using RotatedLog log = new(directory.Path, "stdout.log");

        Assert.Equal(string.Empty, Read(log));
        File.WriteAllText(directory.File("stdout.log"), "now");
        Assert.Equal("now", Read(log));
    }

    [Fact]
    public void Read_BetweenAnyWritesAndRotations_LosesAndRepeatsNothing() =>
        Gen.Int[0, 3].Array[1, 40].Sample(steps =>
        {
            const int Kept = 100;
            using TemporaryDirectory directory = new();
            using RotatedLog log = new(directory.Path, "stdout.log");
            StringBuilder written = new();
            StringBuilder read = new();
            File.WriteAllText(directory.File("stdout.log"), string.Empty);
            foreach (int step in steps)
            {
                switch (step)
                {
                    case 0:
                        Rotate(directory, Kept);
                        break;
                    case 1:
                        read.Append(Read(log));
                        break;
                    default:
                        string line = $"line {written.Length} {step}\n";
                        File.AppendAllText(directory.File("stdout.log"), line);
                        written.Append(line);
                        break;
                }
            }

            read.Append(Read(log));
            Assert.Equal(written.ToString(), read.ToString());
        }, iter: 300, threads: 1);

    [Fact]
    public void Read_AfterItsFileWasRotatedOut_GoesOnWithTheOldestThatIsKept()
    {
        using TemporaryDirectory directory = new();
        using RotatedLog log = new(directory.Path, "stdout.log");
        File.WriteAllText(directory.File("stdout.log"), "one ");
        Assert.Equal("one ", Read(log));
        foreach (string word in (string[])["two ", "three ", "four "])
        {
            Rotate(directory, kept: 1);
            File.AppendAllText(directory.File("stdout.log"), word);
        }

        Assert.Equal("three four ", Read(log));
    }
}
