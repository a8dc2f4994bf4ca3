using System.IO.Pipes;
using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Launching;

public sealed class OutputReadStreamTests : IDisposable
{
    private readonly AnonymousPipeServerStream _program = new(PipeDirection.Out);
    private readonly FakeTimeProvider _time = new();
    private readonly OutputReadStream _stream;
    private readonly byte[] _buffer = new byte[100];
    private readonly List<int> _shown = [];

    public OutputReadStreamTests() =>
        _stream = new OutputReadStream(new AnonymousPipeClientStream(PipeDirection.In, _program.ClientSafePipeHandle), bytes => _shown.Add(bytes.Length), _time);

    public void Dispose()
    {
        _program.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public async Task Read_GivesWhatIsThere_AndZeroAtTheEnd()
    {
        await _program.WriteAsync(new byte[] { 255, 0, 10 });

        Assert.Equal(3, await _stream.ReadAsync(_buffer));
        Assert.Equal([255, 0, 10], _buffer[..3]);
        Assert.Equal([3], _shown);
        await _program.DisposeAsync();
        Assert.Equal(0, await _stream.ReadAsync(_buffer));
        Assert.Equal(0, await _stream.ReadAsync(_buffer));
        Assert.Equal([3, 0], _shown);
    }

    [Fact]
    public async Task Read_AfterTheTree_EndsWithTheSilence_ThoughAStrangerHoldsThePipe()
    {
        Task<int> reading = _stream.ReadAsync(_buffer).AsTask();
        _stream.EndWithin(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);

        await Engine.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return reading.IsCompleted;
        });

        Assert.Equal(0, await reading);
    }

    [Fact]
    public async Task Read_LongAfterTheTree_StillGivesWhatIsInThePipe()
    {
        await _program.WriteAsync(new byte[] { 1, 2 });
        _stream.EndWithin(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(2, await _stream.ReadAsync(_buffer));
    }

    [Fact]
    public async Task Read_ThatIsCancelled_Throws_AndTheNextOneReads()
    {
        using CancellationTokenSource cancelling = new();
        Task<int> reading = _stream.ReadAsync(_buffer, cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await _program.WriteAsync(new byte[] { 7 });
        Assert.Equal(1, await _stream.ReadAsync(_buffer));
    }

    [Fact]
    public async Task Drain_LetsTheProgramWriteOn()
    {
        Task draining = _stream.DrainAsync();

        await _program.WriteAsync(new byte[1_000_000]);
        await _program.DisposeAsync();

        await draining;
    }
}
