namespace WorkflowLifecycle.Redaction;

/// <summary>For text that is only told: where the redactor fails, it is not told at all.</summary>
internal static class HiddenText
{
    private const string Hidden = "***";

    public static string RedactOrHide(this IRedactor redactor, string text)
    {
        try
        {
            return redactor.RedactText(text);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Hidden;
        }
    }
}
