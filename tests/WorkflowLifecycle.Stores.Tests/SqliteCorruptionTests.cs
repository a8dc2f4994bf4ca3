using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

[Trait("Scenario", "S35")]
public sealed class SqliteCorruptionTests : IAsyncLifetime
{
    private const int PageSize = 4096;

    private readonly SqliteFixture _fixture = new();

    public async ValueTask InitializeAsync()
    {
        await using SqliteProcessStore store = await _fixture.OpenAsync();
        for (int i = 0; i < 50; i++)
        {
            await store.CommitAsync(Rows.Everything(Rows.Run()), CommitDurability.Process, SqliteFixture.Aborted);
        }
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("header")]
    [InlineData("schema")]
    [InlineData("half")]
    [InlineData("middle")]
    [InlineData("every page but the first")]
    public async Task Open_DamagedFile_IsRefusedAndLeftAsItIs(string damage)
    {
        byte[] content = Damage(File.ReadAllBytes(_fixture.File), damage);
        File.WriteAllBytes(_fixture.File, content);

        string first = await _fixture.RefusedAsync();
        string second = await _fixture.RefusedAsync();

        Assert.Equal(first, second);
        Assert.Contains(_fixture.File, first, StringComparison.Ordinal);
        Assert.Contains("left as it is", first, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_fixture.File));
    }

    /// <summary>A file too large to be walked at opening: the damage is found when it is touched, and said.</summary>
    [Fact]
    public async Task Read_DamagedPageOfALargeFile_IsRefused()
    {
        await using (SqliteProcessStore store = await _fixture.OpenAsync())
        {
            RunRecord large = Rows.Run("large") with { Arguments = [new string('x', 6_000_000)] };
            await store.CommitAsync(new StoreCommit { AddRun = large }, CommitDurability.Process, SqliteFixture.Aborted);
        }

        byte[] content = File.ReadAllBytes(_fixture.File);
        Array.Fill(content, (byte)0xFF, content.Length - 4_000_000, 4_000_000);
        File.WriteAllBytes(_fixture.File, content);
        SqliteProcessStore opened = await _fixture.OpenAsync();

        StoreUnavailableException read = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await opened.FindRunAsync(RunId.Parse("large"), SqliteFixture.Aborted));
        StoreUnavailableException write = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await opened.CommitAsync(
                new StoreCommit { UpdateRun = Rows.Run("large") with { Version = 1 } }, CommitDurability.Machine, SqliteFixture.Aborted));
        CommitResult elsewhere = await opened.CommitAsync(Rows.Everything(Rows.Run()), CommitDurability.Machine, SqliteFixture.Aborted);

        Assert.True(elsewhere.IsCommitted);
        Assert.Contains("is damaged", read.Message, StringComparison.Ordinal);
        Assert.Contains("is damaged", write.Message, StringComparison.Ordinal);
    }

    private static byte[] Damage(byte[] content, string damage)
    {
        switch (damage)
        {
            case "header":
                Array.Clear(content, 0, 16);
                break;
            case "schema":
                Array.Fill(content, (byte)0xFF, 100, PageSize - 100);
                break;
            case "half":
                return content[..(content.Length / PageSize / 2 * PageSize)];
            case "middle":
                Array.Fill(content, (byte)0xA5, content.Length / PageSize / 2 * PageSize, PageSize);
                break;
            default:
                Array.Clear(content, PageSize, content.Length - PageSize);
                break;
        }

        return content;
    }
}
