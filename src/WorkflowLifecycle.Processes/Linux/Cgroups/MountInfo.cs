using System.Text;

namespace WorkflowLifecycle.Processes.Linux.Cgroups;

/// <summary>Finds the cgroup v2 hierarchy: on hybrid machines it is not where one expects it.</summary>
internal static class MountInfo
{
    /// <summary>The mount points of type cgroup2 in the text of <c>/proc/self/mountinfo</c>, each with the directory of the hierarchy that it shows.</summary>
    public static IReadOnlyList<CgroupMount> FindCgroup2(string mountInfo)
    {
        List<CgroupMount> mounts = [];
        foreach (string line in mountInfo.Split('\n'))
        {
            // "id parent major:minor root mountpoint options [tags] - type source superoptions"
            int separator = line.IndexOf(" - ", StringComparison.Ordinal);
            if (separator < 0 || !line.AsSpan(separator + 3).StartsWith("cgroup2 "))
            {
                continue;
            }

            string[] fields = line[..separator].Split(' ');
            if (fields.Length > 5)
            {
                mounts.Add(new CgroupMount(Unescape(fields[4]), Unescape(fields[3])));
            }
        }

        return mounts;
    }

    /// <summary>Our own path in the v2 hierarchy, from the text of <c>/proc/self/cgroup</c>; null when there is none.</summary>
    public static string? FindOwnPath(string cgroupFile)
    {
        foreach (string line in cgroupFile.Split('\n'))
        {
            if (line.StartsWith("0::", StringComparison.Ordinal))
            {
                return line[3..];
            }
        }

        return null;
    }

    // The kernel writes blanks, tabs, line breaks and backslashes as three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && field[i + 1] is >= '0' and <= '3' && field[i + 2] is >= '0' and <= '7' && field[i + 3] is >= '0' and <= '7')
            {
                text.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }
}
