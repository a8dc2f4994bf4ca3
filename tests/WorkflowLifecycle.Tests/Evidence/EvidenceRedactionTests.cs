using System.Text.Json;
using WorkflowLifecycle.Evidence;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Evidence;

/// <summary>No text goes into evidence as it was read.</summary>
[Trait("Scenario", "S66")]
public sealed class EvidenceRedactionTests
{
    private const string Canary = "Zq7canary";

    private static RunEvidence Redact(TreeEvidence tree, params IReadOnlyList<EvidenceReading> sources) => new EvidenceRedaction(new SecretRedactor()).Redact(
        new RawEvidence { Run = Sample.Run("run_1"), TakenAt = Sample.Start, DurationMs = 1, Tree = tree, Sources = sources });

    private static IReadOnlyList<string> Output(string text) =>
        Redact(new TreeEvidence { Output = [new EvidenceOutput { Stream = OutputStream.Output, Lines = [text] }] }).Output.SingleOrDefault()?.Lines ?? [];

    [Fact]
    public void Redact_SecretsEverywhere_AreNowhere()
    {
        RunEvidence evidence = Redact(
            new TreeEvidence
            {
                Processes =
                [
                    new ProcessEvidence
                    {
                        Pid = 1,
                        Name = "pwd=" + Canary,
                        CommandLine = $"curl\0--password\0a b {Canary}\0https://user:{Canary}@host/",
                        WorkingDirectory = $"/tmp/token={Canary}",
                        Files = [$"3 /tmp/get?api_key={Canary}"],
                        Sockets = [new SocketEvidence { Descriptor = 4, Protocol = "unix", Local = $"@secret={Canary}" }],
                    },
                ],
                Output = [new EvidenceOutput { Stream = OutputStream.Output, Lines = [$"Authorization: Bearer {Canary}\n"] }],
            },
            new EvidenceReading { Name = "stacks", Lines = [$"password={Canary}"] });

        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(evidence), StringComparison.Ordinal);
        Assert.Equal("3 /tmp/get?api_key=***", Assert.Single(evidence.Processes[0].Files));
    }

    [Fact]
    public void Output_KeyOverSeveralLines_IsOneSecret() =>
        Assert.Equal(["before", "***", "after"], Output($"before\n-----BEGIN RSA PRIVATE KEY-----\n{Canary}\n{Canary}\n-----END RSA PRIVATE KEY-----\nafter\n"));

    [Fact]
    public void Output_HalfAKey_IsLeftOut() =>
        Assert.Equal(["after"], Output($"{Canary}\n-----END RSA PRIVATE KEY-----\nafter\n"));

    [Fact]
    public void Output_Long_IsItsLastLinesWithoutHalfALine()
    {
        Assert.Empty(Output("password=" + new string('x', 17_000) + Canary));
        Assert.Equal(["line 98", "line 99"], Output(string.Concat(Enumerable.Range(0, 100).Select(i => $"line {i}\n"))).TakeLast(2));
        Assert.Equal(50, Output(string.Concat(Enumerable.Range(0, 100).Select(i => $"line {i}\n"))).Count);
        Assert.Equal(2_000, Assert.Single(Output(new string('x', 3_000))).Length);
    }
}
