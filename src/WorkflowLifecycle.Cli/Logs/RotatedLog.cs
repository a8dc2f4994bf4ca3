using System.Globalization;

namespace WorkflowLifecycle.Cli.Logs;

/// <summary>
/// One stream's output file and its rotated predecessors (<c>stdout.log</c>, <c>stdout.log.1</c> and so on, higher is older), read as one
/// text from the oldest byte that is kept. The file being read stays open, so that a rotation loses nothing of it.
/// </summary>
internal sealed class RotatedLog(string directory, string name) : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int Attempts = 3;

    private readonly byte[] _buffer = new byte[BufferSize];
    private Opened? _current;

    /// <summary>Passes on everything that was written since the last call.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> sink)
    {
        _current ??= OpenOldest();
        while (_current is not null)
        {
            Copy(_current.Stream, sink);
            if (OpenNext(_current) is not { } next)
            {
                return;
            }

            // Between the last read and the rotation there may have been one more line.
            Copy(_current.Stream, sink);
            _current.Stream.Dispose();
            _current = next;
        }
    }

    public void Dispose() => _current?.Stream.Dispose();

    private void Copy(FileStream current, Action<ReadOnlySpan<byte>> sink)
    {
        int read;
        while ((read = current.Read(_buffer)) > 0)
        {
            sink(_buffer.AsSpan(0, read));
        }
    }

    /// <summary>The file after this one; null while this is the newest, or the newest is just being made.</summary>
    private Opened? OpenNext(Opened current)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            int? number = NumberOf(current);
            if (number is null)
            {
                // It was rotated out: whatever is there is newer.
                return OpenOldest();
            }

            if (number == 0)
            {
                return null;
            }

            List<int> newer = [.. Numbers().TakeWhile(other => other < number)];
            Opened? next = newer.Count > 0 ? Open(newer[^1]) : null;

            // A rotation between the look and the opening would have skipped a file.
            if (next is null || NumberOf(current) == number)
            {
                return next;
            }

            next.Stream.Dispose();
        }

        return null;
    }

    private Opened? OpenOldest() => Open(Numbers().DefaultIfEmpty(0).Max());

    /// <summary>Which of the files the open one is by now; null when it was rotated out.</summary>
    private int? NumberOf(Opened file)
    {
        // The kernel keeps the name of an open file up to date through renames. Neither length nor times tell two files apart that
        // were filled within one tick of its clock.
        string? path = new FileInfo($"/dev/fd/{file.Stream.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        return path is null ? file.Number : Number(Path.GetFileName(path));
    }

    private IEnumerable<int> Numbers() =>
        Directory.GetFiles(directory, name + "*").Select(path => Number(Path.GetFileName(path))).OfType<int>().Order();

    private int? Number(string fileName) =>
        fileName == name ? 0
        : fileName.StartsWith(name + ".", StringComparison.Ordinal) &&
          int.TryParse(fileName.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : null;

    private string PathOf(int number) =>
        Path.Combine(directory, number == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{number}"));

    private Opened? Open(int number)
    {
        try
        {
            return new Opened(
                new FileStream(PathOf(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0), number);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>An open file, and the number it had then.</summary>
    private sealed record Opened(FileStream Stream, int Number);
}
