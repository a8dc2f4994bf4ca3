using System.Text;

namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>
/// Reads what a runtime writes when it is asked for a trace, as far as stacks need it: the samples of threads, and the methods that it names at the
/// end. The process that writes may be anything: every length is checked, and what does not fit is an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class TraceReader
{
    private const int Compressed = 1;
    private const int Alignment = 4;
    private const int PointerSizeOffset = 32;
    private const int TraceSize = 48;
    private const int LongestStack = 8 * 1024;

    private const byte NoObject = 1;
    private const byte BeginObject = 5;
    private const byte EndObject = 6;

    private const string Sampler = "Microsoft-DotNETCore-SampleProfiler";
    private const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";
    private const int SampleEvent = 0;
    private const int MethodEvent = 144;
    private const int RuntimeEvent = 187;

    private static readonly byte[] _start = [.. "Nettrace"u8, 20, 0, 0, 0, .. "!FastSerialization.1"u8];

    private readonly Dictionary<int, (string Provider, int Event)> _events = [];
    private readonly Dictionary<int, ulong[]> _stacks = [];
    private readonly TracedProcess _process = new();
    private int _pointerSize = sizeof(ulong);

    /// <summary>Reads a whole trace.</summary>
    /// <exception cref="InvalidDataException">It is none, or its end is missing.</exception>
    public static TracedProcess Read(ReadOnlySpan<byte> trace)
    {
        TraceReader reader = new();
        ByteCursor cursor = new(trace);
        if (!cursor.Read(_start.Length).SequenceEqual(_start))
        {
            throw new InvalidDataException("it is no trace");
        }

        while (cursor.ReadByte() is var tag && tag != NoObject)
        {
            Expect(tag, BeginObject);
            reader.ReadObject(ref cursor);
            Expect(cursor.ReadByte(), EndObject);
        }

        return reader._process;
    }

    private static void Expect(byte found, byte expected)
    {
        if (found != expected)
        {
            throw new InvalidDataException($"{found} stands where {expected} belongs");
        }
    }

    private void ReadObject(ref ByteCursor cursor)
    {
        Expect(cursor.ReadByte(), BeginObject);
        Expect(cursor.ReadByte(), NoObject);

        // Its version, and the oldest reader that understands it.
        cursor.ReadInt32();
        cursor.ReadInt32();
        string type = Encoding.UTF8.GetString(cursor.Read(cursor.ReadInt32()));
        Expect(cursor.ReadByte(), EndObject);
        if (type == "Trace")
        {
            ByteCursor fields = new(cursor.Read(TraceSize));
            fields.Skip(PointerSizeOffset);
            _pointerSize = fields.ReadInt32() == sizeof(uint) ? sizeof(uint) : sizeof(ulong);
            return;
        }

        int size = cursor.ReadInt32();
        cursor.Skip((Alignment - (cursor.Position % Alignment)) % Alignment);
        ReadBlock(type, new ByteCursor(cursor.Read(size)));
    }

    private void ReadBlock(string type, ByteCursor block)
    {
        switch (type)
        {
            case "MetadataBlock" or "EventBlock":
                ReadEvents(block, isMetadata: type == "MetadataBlock");
                break;
            case "StackBlock":
                ReadStacks(block);
                break;
            case "SPBlock":
                // From here on the same numbers mean other stacks.
                _stacks.Clear();
                break;
            default:
                // Of a newer runtime: nothing that stacks need.
                break;
        }
    }

    private void ReadEvents(ByteCursor block, bool isMetadata)
    {
        int headerSize = block.ReadUInt16();
        if ((block.ReadUInt16() & Compressed) == 0)
        {
            throw new InvalidDataException("its events are written in a way that is not known");
        }

        block.Skip(headerSize - block.Position);
        EventHeader header = default;
        while (!block.IsAtEnd)
        {
            header.ReadNext(ref block);
            ByteCursor payload = new(block.Read(header.Length));
            if (isMetadata)
            {
                int id = payload.ReadInt32();
                _events[id] = (payload.ReadText(), payload.ReadInt32());
            }
            else if (_events.TryGetValue(header.Metadata, out (string Provider, int Event) what))
            {
                ReadEvent(what.Provider, what.Event, header, payload);
            }
        }
    }

    private void ReadEvent(string provider, int number, EventHeader header, ByteCursor payload)
    {
        switch (provider, number)
        {
            case (Sampler, SampleEvent):
                _process.AddSample(header.Thread, payload.ReadInt32(), _stacks.GetValueOrDefault(header.Stack, []));
                break;
            case (Rundown, MethodEvent):
                ReadMethod(payload);
                break;
            case (Rundown, RuntimeEvent):
                ReadRuntime(payload);
                break;
            default:
                break;
        }
    }

    private void ReadMethod(ByteCursor payload)
    {
        // Its number and that of its module.
        payload.Skip(2 * sizeof(ulong));
        ulong start = payload.ReadUInt64();
        uint size = (uint)payload.ReadInt32();

        // Its token and flags.
        payload.Skip(2 * sizeof(int));
        _process.AddMethod(start, size, payload.ReadText(), payload.ReadText(), payload.ReadText());
    }

    private void ReadRuntime(ByteCursor payload)
    {
        // The number of the runtime within its process, and its kind.
        payload.Skip(2 * sizeof(ushort));
        _process.RuntimeVersion = new Version(payload.ReadUInt16(), payload.ReadUInt16(), payload.ReadUInt16(), payload.ReadUInt16());
    }

    private void ReadStacks(ByteCursor block)
    {
        int id = block.ReadInt32();
        for (int left = block.ReadInt32(); left > 0; left--)
        {
            int size = block.ReadInt32();
            if (size > LongestStack * _pointerSize)
            {
                throw new InvalidDataException("a stack is too long");
            }

            ByteCursor stack = new(block.Read(size));
            List<ulong> addresses = [];
            while (!stack.IsAtEnd)
            {
                addresses.Add(stack.ReadAddress(_pointerSize));
            }

            _stacks[id++] = [.. addresses];
        }
    }
}
