using System.Text;

namespace WorkflowLifecycle.Launching;

/// <summary>The end of a stream's text, up to a limit, for the run's result.</summary>
internal sealed class OutputTail
{
    public const int Limit = 1024 * 1024;

    private readonly Queue<string> _lines = new();
    private long _length;

    public bool IsTruncated { get; private set; }

    public void Add(OutputLine line)
    {
        string text = line.IsCut ? line.Text : line.Text + "\n";
        _lines.Enqueue(text);
        _length += text.Length;
        while (_length > Limit)
        {
            _length -= _lines.Dequeue().Length;
            IsTruncated = true;
        }
    }

    public override string ToString()
    {
        StringBuilder text = new((int)_length);
        foreach (string line in _lines)
        {
            text.Append(line);
        }

        return text.ToString();
    }
}
