using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Redaction;

/// <summary>A program whose every corner holds a secret: none of it is in what is kept of its doings.</summary>
[Trait("Scenario", "S66")]
public sealed class EvidenceSecretTests : EndToEndTest
{
    private const string Canary = "Zq7canary";

    private const string Program = """
        import os,socket,sys,time
        held=open('get?token=Zq7canary','w')
        os.mkdir('api_key=Zq7canary'); os.chdir('api_key=Zq7canary')
        door=socket.socket(socket.AF_UNIX); door.bind('secret=Zq7canary'); door.listen()
        print('password: Zq7canary'); print('GET https://user:Zq7canary@host/?sig=Zq7canary'); print('-----BEGIN RSA PRIVATE KEY-----\nZq7canary\n-----END RSA PRIVATE KEY-----')
        print('ready',flush=True)
        time.sleep(60)
        """;

    [Theory(Timeout = Limit)]
    [InlineData(OutputMode.Capture)]
    [InlineData(OutputMode.Files)]
    public async Task Secret_AnywhereInAProgram_IsInNothingThatIsKept(OutputMode output)
    {
        Engine engine = Start();
        File.WriteAllText(Room.File("agent.py"), Program);
        LaunchRequest request = engine.Request("python3", "agent.py", "--password", $"a b {Canary}", $"https://user:{Canary}@host/?key={Canary}") with
        {
            Output = output,
            Environment = new Dictionary<string, string?> { ["DB_PASSWORD"] = Canary, ["PLAIN"] = Canary },
        };
        await using ITrackedProcess process = await engine.LaunchAsync(request);
        await Wait.UntilAsync("it listens", () => Directory.Exists(Room.File($"api_key={Canary}")) && File.Exists(Room.File($"api_key={Canary}/secret={Canary}")));

        await engine.Evidence.TakeAsync(process.RunId);
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful() with { CaptureEvidence = true });

        IReadOnlyList<EvidenceRecord> records = await engine.Store.ReadEvidenceAsync(process.RunId);
        Assert.Equal(2, records.Count);
        string kept = string.Join('\n', records.Select(Text));
        Assert.Contains("DB_PASSWORD", kept, StringComparison.Ordinal);
        Assert.Contains("get?token=***", kept, StringComparison.Ordinal);
        Assert.Contains("password: ***", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, kept, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(report), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(await engine.AuditAsync(process.RunId)), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(await engine.Store.ReadEventsAsync(default, 1000)), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Logs.Entries, entry => entry.Text.Contains(Canary, StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(Room.Path, "runs.db*"), file => Assert.DoesNotContain(Canary, Bytes(file), StringComparison.Ordinal));
    }

    private static string Text(EvidenceRecord record)
    {
        using StreamReader reader = new(new BrotliStream(new MemoryStream(record.Content.ToArray()), CompressionMode.Decompress));
        return reader.ReadToEnd().Replace("\\u002B", "+", StringComparison.Ordinal);
    }

    // The database is open while it is read.
    private static string Bytes(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
