namespace WorkflowLifecycle.Processes.Linux.Diagnosis;

/// <summary>The unit of systemd in which a process is, as its files say. No program is asked: that takes a bus, and may take long.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOfUser">Whether a user's manager runs it.</param>
internal sealed record SystemdUnit(string Name, bool IsOfUser)
{
    private const string Service = ".service";
    private const string Scope = ".scope";

    // The order in which systemd looks for a unit: the first file counts. Settings that are dropped in are all read.
    private static readonly string[] _systemPlaces =
    [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/generator.early", "/etc/systemd/system",
        "/run/systemd/system", "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
        "/run/systemd/generator.late",
    ];

    private static readonly string[] _userPlaces =
    [
        "HOME/.config/systemd/user.control", "RUNTIME/systemd/user.control", "RUNTIME/systemd/transient", "RUNTIME/systemd/generator.early",
        "HOME/.config/systemd/user", "/etc/systemd/user", "RUNTIME/systemd/user", "/run/systemd/user", "RUNTIME/systemd/generator",
        "HOME/.local/share/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user", "/lib/systemd/user", "RUNTIME/systemd/generator.late",
    ];

    public bool IsService => Name.EndsWith(Service, StringComparison.Ordinal);

    /// <summary>A login's: ended with it, where the machine says so.</summary>
    public bool IsSession => Name.StartsWith("session-", StringComparison.Ordinal) && Name.EndsWith(Scope, StringComparison.Ordinal);

    /// <summary>The unit nearest to a process, by the text of its /proc/PID/cgroup; null when it is in none.</summary>
    public static SystemdUnit? Of(string cgroups)
    {
        // systemd's own hierarchy, where it has one beside the unified; a systemd of a namespace may use another than its machine does.
        string[] lines = cgroups.Split('\n');
        return Named(lines.FirstOrDefault(line => line.Contains(":name=systemd:", StringComparison.Ordinal)))
            ?? Named(lines.FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal)));
    }

    /// <summary>What its files say of a setting; null when it has no file that can be read.</summary>
    /// <param name="setting">The setting, in its section [Service].</param>
    /// <param name="root">The directory that stands for the root.</param>
    /// <param name="home">The user's, for a unit of a user.</param>
    /// <param name="runtime">The user's runtime directory, likewise.</param>
    /// <param name="absent">What holds where no file says anything.</param>
    public string? Read(string setting, string root, string home, string runtime, string absent)
    {
        IEnumerable<string> places = (IsOfUser ? _userPlaces : _systemPlaces).Select(place => place.Replace("HOME", home, StringComparison.Ordinal).Replace("RUNTIME", runtime, StringComparison.Ordinal));
        string[] directories = [.. places.Select(place => root + place)];
        string[] names = Template is { } template ? [Name, template] : [Name];
        string? file = names.SelectMany(name => directories.Select(directory => Path.Combine(directory, name))).FirstOrDefault(File.Exists);
        if (file is null)
        {
            return null;
        }

        // By name, whatever directory they are in; of two of one name the first directory's counts.
        IEnumerable<string> dropped = names.Append("service").SelectMany(name => directories.Select(directory => Path.Combine(directory, name + ".d")))
            .Where(Directory.Exists).SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf"))
            .DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal);
        return dropped.Prepend(file).Select(path => ReadSetting(path, setting)).LastOrDefault(value => value is not null) ?? absent;
    }

    private static SystemdUnit? Named(string? line)
    {
        string[] parts = line?.Split(':', 3) is [_, _, var path] ? path.Split('/', StringSplitOptions.RemoveEmptyEntries) : [];
        int index = Array.FindLastIndex(parts, part => part.EndsWith(Service, StringComparison.Ordinal) || part.EndsWith(Scope, StringComparison.Ordinal));
        return index < 0 ? null : new SystemdUnit(parts[index], parts.Take(index).Any(part => part.StartsWith("user@", StringComparison.Ordinal)));
    }

    // foo@bar.service is made of foo@.service.
    private string? Template => Name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? Name[..(at + 1)] + Service : null;

    private static string? ReadSetting(string file, string setting)
    {
        string? value = null;
        string section = string.Empty;
        try
        {
            foreach (string line in File.ReadLines(file).Select(text => text.Trim()))
            {
                if (line.StartsWith('['))
                {
                    section = line;
                }
                else if (section == "[Service]" && line.Split('=', 2) is [var name, var text] && name.TrimEnd() == setting)
                {
                    value = text.Trim();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file that cannot be read says nothing.
            return null;
        }

        return value;
    }
}
