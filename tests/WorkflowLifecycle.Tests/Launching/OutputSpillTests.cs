using System.Diagnostics;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class OutputSpillTests : IDisposable
{
    private static readonly OutputLine _big = Line(new string('x', 64 * 1024));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static OutputLine Line(string text) => new(OutputStream.Error, text, IsCut: true);

    [Fact]
    public void Take_WhatWasAdded_IsTheSameInOrder()
    {
        using OutputSpill spill = new(_directory.File("spill"));
        string[] texts = ["", "é😀\uFFFD", new string('x', 64 * 1024), "\0\r"];
        Assert.All(texts, text => Assert.True(spill.TryAdd(Line(text))));

        Assert.Equal(texts.Select(Line), texts.Select(_ => spill.Take()));
        Assert.True(spill.IsEmpty);
        Assert.Equal(0, new FileInfo(_directory.File("spill")).Length);
    }

    [Fact]
    public void TryAdd_WhereAFileIsAlready_DropsAndLeavesItAlone()
    {
        File.WriteAllText(_directory.File("spill"), "theirs");
        using OutputSpill spill = new(_directory.File("spill"));

        Assert.True(spill.TryAdd(_big));
        Assert.False(spill.TryAdd(Line("x")));
        Assert.Equal(_big, spill.Take());
        Assert.True(spill.IsEmpty);
        Assert.Equal("theirs", File.ReadAllText(_directory.File("spill")));
    }

    [Fact]
    [Trait("Scenario", "S69")]
    public void TryAdd_WhereALinkIs_DoesNotFollowIt()
    {
        File.CreateSymbolicLink(_directory.File("spill"), _directory.File("elsewhere"));
        using OutputSpill spill = new(_directory.File("spill"));

        Assert.True(spill.TryAdd(_big));
        Assert.False(spill.TryAdd(Line("x")));
        Assert.False(File.Exists(_directory.File("elsewhere")));
    }

    [Fact]
    public void TryAdd_OnAFullDisk_DropsTheLineAndKeepsThoseBeforeIt()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root can mount a tiny file system.");
        string disk = Directory.CreateDirectory(_directory.File("disk")).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk);
        try
        {
            using OutputSpill spill = new(Path.Combine(disk, "spill"));
            List<OutputLine> kept = [];
            int dropped = 0;
            for (int i = 0; i < 1000; i++)
            {
                OutputLine line = Line(i + new string('x', 1000));
                if (spill.TryAdd(line))
                {
                    kept.Add(line);
                }
                else
                {
                    dropped++;
                }
            }

            Assert.True(dropped > 500);
            List<OutputLine> read = [];
            while (!spill.IsEmpty)
            {
                read.Add(spill.Take()!);
            }

            Assert.Equal(kept, read);
            Assert.True(spill.TryAdd(Line("room again")));
            Assert.Equal(Line("room again"), spill.Take());
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static void Run(string program, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
