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
    private FileStream? _current;

    /// <summary>Passes on everything that was written since the last call.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> sink)
    {
        _current ??= OpenOldest();
        while (_current is not null)
        {
            CopyCurrent(_current, sink);
            if (OpenNext(_current) is not { } next)
            {
                return;
            }

            // Between the last read and the rotation there may have been one more line.
            CopyCurrent(_current, sink);
            _current.Dispose();
            _current = next;
        }
    }

    public void Dispose() => _current?.Dispose();

    private void CopyCurrent(FileStream current, Action<ReadOnlySpan<byte>> sink)
    {
        int read;
        while ((read = current.Read(_buffer)) > 0)
        {
            sink(_buffer.AsSpan(0, read));
        }
    }

    /// <summary>The file after this one; null while this is the newest, or the newest is just being made.</summary>
    private FileStream? OpenNext(FileStream current)
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

            FileStream? next = Open(number.Value - 1);

            // A rotation between the look and the opening would have skipped a file.
            if (next is null || NumberOf(current) == number)
            {
                return next;
            }

            next.Dispose();
        }

        return null;
    }

    private FileStream? OpenOldest() => Open(Numbers().DefaultIfEmpty(0).Max());

    private int? NumberOf(FileStream file)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            foreach (int number in Numbers())
            {
                if (IsSame(file, PathOf(number)))
                {
                    return number;
                }
            }
        }

        return null;
    }

    // Two looks at one file give the same time of birth. Where a file system keeps none, the time of the last change stands in for it;
    // a write between the looks then makes them differ, which is why the question is asked again.
    private static bool IsSame(FileStream file, string path)
    {
        FileInfo info = new(path);
        return info.Exists && File.GetCreationTimeUtc(file.SafeFileHandle) == info.CreationTimeUtc;
    }

    private IEnumerable<int> Numbers()
    {
        string prefix = Path.Combine(directory, name);
        return Directory.GetFiles(directory, name + "*")
            .Select(path => path == prefix ? 0 : Number(path[prefix.Length..]))
            .OfType<int>()
            .Order();
    }

    private static int? Number(string suffix) =>
        suffix.StartsWith('.') && int.TryParse(suffix.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : null;

    private string PathOf(int number) =>
        Path.Combine(directory, number == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{number}"));

    private FileStream? Open(int number)
    {
        try
        {
            return new FileStream(PathOf(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
