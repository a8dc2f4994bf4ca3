namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>The name that a critical section is shown by.</summary>
internal static class SectionName
{
    private const int Longest = 100;
    private const string Cut = " …";

    /// <summary>
    /// One line, cut at a blank where it is too long: half a secret would not be recognized as one by whoever takes secrets out of it.
    /// </summary>
    public static string Of(string text)
    {
        string whole = VisibleText.Of(text, int.MaxValue);
        if (whole.Length <= Longest)
        {
            return whole;
        }

        int blank = whole.LastIndexOf(' ', Longest - Cut.Length);
        return blank < 0 ? string.Empty : whole[..blank].TrimEnd() + Cut;
    }
}
