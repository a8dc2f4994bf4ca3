namespace WorkflowLifecycle;

/// <summary>Takes secrets out of what is stored and shown. To implement; pure, thread-safe, linear in the length of its input.</summary>
public interface IRedactor
{
    /// <summary>The arguments of a program, as many as came in, with secrets replaced.</summary>
    IReadOnlyList<string> RedactArguments(IReadOnlyList<string> arguments);

    /// <summary>One line of text, with secrets replaced.</summary>
    string RedactText(string text);
}
