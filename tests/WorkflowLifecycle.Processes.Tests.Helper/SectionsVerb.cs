using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Reads the sections of a run before, while and after a shell is in one whose lock another process took for it and exited.</summary>
internal static class SectionsVerb
{
    public static async Task<int> RunAsync()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("workflow-lifecycle-sections-");
        try
        {
            RunDirectory directory = RunDirectory.Create(place.FullName, "run");
            ContainmentRecord containment = new() { Strength = ContainmentStrength.Reaper, RunDirectory = directory.Path };
            WorkObserver observer = new(Machine.Read(), TimeProvider.System);
            Say(observer.ReadSections(containment));
            string script = $"exec 9> {directory.CriticalPath}/git; flock -s 9; echo ready; exec sleep 50";
            using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
            await shell.StandardOutput.ReadLineAsync();
            Say(observer.ReadSections(containment));
            Task left = observer.WaitForSectionAsync(containment, CriticalSectionKind.Git, CancellationToken.None);
            shell.Kill();
            await left;
            Say(observer.ReadSections(containment));
            return 0;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    /// <summary>Gives a wait up while the section is held, and exits.</summary>
    public static async Task<int> AbandonAsync()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("workflow-lifecycle-sections-");
        try
        {
            RunDirectory directory = RunDirectory.Create(place.FullName, "run");
            ContainmentRecord containment = new() { Strength = ContainmentStrength.Reaper, RunDirectory = directory.Path };
            WorkObserver observer = new(Machine.Read(), TimeProvider.System);
            IDisposable section = observer.EnterSection(containment, CriticalSectionKind.File, "never left");
            using CancellationTokenSource over = new(TimeSpan.FromMilliseconds(100));
            Task wait = observer.WaitForSectionAsync(containment, CriticalSectionKind.File, over.Token);
            await Task.WhenAny(wait);
            Console.WriteLine(wait.Status);

            // Held until this process is gone, with a thread in it that waits.
            GC.KeepAlive(section);
            return 0;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    /// <summary>Reads a section of this process whose file lies on an overlay of two file systems, as in a container. Needs a mount namespace of its own.</summary>
    public static async Task<int> OverlayAsync()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("workflow-lifecycle-sections-");
        try
        {
            string script = $"cd {place.FullName} && mkdir lower upper merged && mount -t tmpfs none upper && mkdir upper/up upper/work && mount -t overlay none -o lowerdir=lower,upperdir=upper/up,workdir=upper/work merged";
            using Process mount = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]))!;
            await mount.WaitForExitAsync();
            RunDirectory directory = RunDirectory.Create(Path.Combine(place.FullName, "merged"), "run");
            ContainmentRecord containment = new() { Strength = ContainmentStrength.Reaper, RunDirectory = directory.Path };
            WorkObserver observer = new(Machine.Read(), TimeProvider.System);
            IDisposable section = observer.EnterSection(containment, CriticalSectionKind.Git, "push");
            Console.WriteLine(string.Join(", ", observer.ReadSections(containment).Select(seen => $"{seen.Name} by me: {seen.Pid == Environment.ProcessId}")));
            section.Dispose();
            Say(observer.ReadSections(containment));
            using Process unmount = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"cd {place.FullName} && umount merged upper"]))!;
            await unmount.WaitForExitAsync();
            return 0;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static void Say(IReadOnlyList<CriticalSection> sections) => Console.WriteLine(string.Join(", ", sections.Select(section => $"{section.Kind} {section.Pid}")) + ".");
}
