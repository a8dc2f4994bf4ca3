using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

public sealed class TreeRemoverTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryDirectory _place = new();

    private string Base => _place.File("base");

    public void Dispose() => _place.Dispose();

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tree_WithEveryKindOfEntry_IsGone_AndWhatItPointsToStays(bool withKernelChecks)
    {
        string outside = _place.Write("outside.txt", "outside");
        string directory = Directory.CreateDirectory(_place.File("outside")).FullName;
        File.WriteAllText(Path.Combine(directory, "kept"), "kept");
        Directory.CreateDirectory(Path.Combine(Base, "a", "b", "empty"));
        File.WriteAllText(Path.Combine(Base, "a", "file"), "x");
        File.WriteAllText(Path.Combine(Base, "a", "read-only"), "x");
        File.SetUnixFileMode(Path.Combine(Base, "a", "read-only"), UnixFileMode.None);
        File.CreateSymbolicLink(Path.Combine(Base, "link"), outside);
        File.CreateSymbolicLink(Path.Combine(Base, "a", "link-to-directory"), directory);
        File.CreateSymbolicLink(Path.Combine(Base, "broken"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(Base, "loop"), "loop");
        Run("ln", outside, Path.Combine(Base, "hard"));
        Run("mkfifo", Path.Combine(Base, "fifo"));
        Run("python3", "-c", $"import socket,os; s=socket.socket(socket.AF_UNIX); s.bind('{Base}/socket'); open(b'{Base}/\\xff\\xfe\\n','w').close(); os.mkdir(b'{Base}/\\xff'); open('{Base}/'+'n'*255,'w')");
        if (LinuxUser.IsRoot)
        {
            Run("mknod", Path.Combine(Base, "device"), "c", "1", "3");
        }

        RemovalResult result = Removal.Of(Base, new WalkLimits { WithKernelChecks = withKernelChecks });

        Assert.Equal((0, string.Empty), (result.Remaining, result.Why));
        Assert.True(result.IsGone);
        Assert.False(Path.Exists(Base));
        Assert.Equal("outside", File.ReadAllText(outside));
        Assert.Equal("kept", File.ReadAllText(Path.Combine(directory, "kept")));
    }

    [Fact(Timeout = Limit)]
    public async Task Tree_OfAnotherUsersProcess_WithClosedDirectories_IsGone()
    {
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Permissions bind only those who are not root; another user is needed for that, and root to become one.");
        }

        string program = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Processes.Tests.Helper");
        File.SetUnixFileMode(_place.Path, (UnixFileMode)0x1FF);
        using Child child = Child.Start("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "remove-closed", Base);

        Assert.Equal("0 True", await child.ReadLineAsync());
        Assert.False(Path.Exists(Base));
    }

    [Fact(Timeout = Limit)]
    public void Directory_ThatGetsEntriesWhileItIsRemoved_IsReadAgain()
    {
        Directory.CreateDirectory(Path.Combine(Base, "late"));
        File.WriteAllText(Path.Combine(Base, "first"), "x");
        int more = 3;

        RemovalResult result = Removal.Of(Base, keep: (_, name) =>
        {
            if (more-- > 0)
            {
                Directory.CreateDirectory(Path.Combine(Base, "late", "d" + more));
                File.WriteAllText(Path.Combine(Base, "late" + more), "x");
            }

            return null;
        });

        Assert.True(result.IsGone, result.Why);
        Assert.False(Path.Exists(Base));
    }

    [Fact(Timeout = Limit)]
    public void Directory_ThatGetsEntriesForEver_IsGivenUp()
    {
        Directory.CreateDirectory(Base);
        File.WriteAllText(Path.Combine(Base, "0"), "x");
        int next = 0;

        RemovalResult result = Removal.Of(Base, keep: (directory, _) =>
        {
            File.WriteAllText(Path.Combine(Base, $"late{next++}"), "x");
            return next > 1_000_000 ? "too many" : null;
        });

        Assert.Equal(1, result.Remaining);
        Assert.Contains("gets new entries as fast as they are removed", result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyThatStay_AreCounted_AndAFewNamed()
    {
        Directory.CreateDirectory(Path.Combine(Base, "sub"));
        for (int i = 0; i < 100; i++)
        {
            File.WriteAllText(Path.Combine(Base, "sub", $"f\u001b{i}"), "x");
        }

        RemovalResult result = Removal.Of(Base, keep: (_, _) => "is wanted");

        Assert.Equal(100, result.Remaining);
        Assert.Equal(100, Directory.GetFiles(Path.Combine(Base, "sub")).Length);
        Assert.Contains("sub/f ", result.Why, StringComparison.Ordinal);
        Assert.EndsWith("and 95 more", result.Why, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Why);
    }

    [Fact(Timeout = Limit)]
    public void Removal_ThatIsCancelled_Stops()
    {
        Directory.CreateDirectory(Base);
        for (int i = 0; i < 50; i++)
        {
            File.WriteAllText(Path.Combine(Base, $"f{i}"), "x");
        }

        using CancellationTokenSource stop = new();
        using PinnedDirectory place = PinnedDirectory.Open(Base)!;
        int seen = 0;

        Assert.Throws<OperationCanceledException>(() => TreeRemover.Remove(place, static _ => { }, TimeProvider.System, null, (_, _) =>
        {
            if (++seen == 10)
            {
                stop.Cancel();
            }

            return null;
        }, stop.Token));
        Assert.Equal(40, Directory.GetFiles(Base).Length);
    }

    [Fact(Timeout = Limit)]
    public void ImmutableFile_IsReported_AndTheRestGone()
    {
        Directory.CreateDirectory(Path.Combine(Base, "sub"));
        string file = Path.Combine(Base, "sub", "immutable");
        File.WriteAllText(file, "x");
        File.WriteAllText(Path.Combine(Base, "sub", "other"), "x");
        using Process chattr = Process.Start(new ProcessStartInfo("chattr", ["+i", file]) { RedirectStandardError = true })!;
        chattr.WaitForExit();
        if (chattr.ExitCode != 0)
        {
            Assert.Skip("This user or this file system makes no file immutable.");
        }

        RemovalResult result = Removal.Of(Base);
        Run("chattr", "-i", file);

        Assert.Equal((1, "sub/immutable is immutable or append-only, or in a directory that is: chattr -ia"), (result.Remaining, result.Why));
        Assert.Equal([file], Directory.GetFileSystemEntries(Base, "*", SearchOption.AllDirectories).Where(File.Exists));
        Assert.True(Removal.Of(Base).IsGone);
    }
}
