using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class KillIdTests
{
    [Fact]
    public void Parse_WhatWasFormatted_IsTheSame() =>
        Gen.Guid.Sample(value =>
        {
            string text = "kill_" + value.ToString("N");
            KillId id = KillId.Parse(text);
            return id.ToString() == text && Convert.ToHexStringLower(id.ToByteArray()) == text["kill_".Length..];
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("kill_")]
    [InlineData("kill_0123456789abcdef0123456789abcde")]
    [InlineData("kill_0123456789abcdef0123456789abcdef0")]
    [InlineData("kill_0123456789abcdef0123456789abcdeg")]
    [InlineData("KILL_0123456789abcdef0123456789abcdef")]
    [InlineData("kill_01234567-89ab-cdef-0123-456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("kill_ 0123456789abcdef0123456789abcdef")]
    [InlineData("kill_0123456789abcdef0123456789abcdef\n")]
    [InlineData("kill_0123456789abcdef0123456789abcdef ")]
    public void TryParse_WhatIsNoKillId_IsRefused(string? text)
    {
        Assert.False(KillId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => KillId.Parse(text!));
    }

    [Fact]
    public void New_Ids_AreOrderedByTime()
    {
        FakeTimeProvider time = new();
        string first = KillId.New(time).ToString();
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(string.CompareOrdinal(first, KillId.New(time).ToString()) < 0);
    }

    [Fact]
    public void Json_RoundTrips_AndRefusesWhatIsNoId()
    {
        KillId id = KillId.New(TimeProvider.System);

        Assert.Equal(id, JsonSerializer.Deserialize<KillId>(JsonSerializer.Serialize(id)));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<KillId>("\"kill_1\""));
    }
}
