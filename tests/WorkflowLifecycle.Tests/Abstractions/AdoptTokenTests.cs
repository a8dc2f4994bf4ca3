using CsCheck;

namespace WorkflowLifecycle.Tests.Abstractions;

public sealed class AdoptTokenTests
{
    private static readonly Gen<ProcessIdentity> _identity = Gen.Select(
        Gen.Int[1, int.MaxValue], Gen.ULong, Gen.Guid, Gen.ULong)
        .Select((pid, start, boot, handle) => new ProcessIdentity { HostId = "host", BootId = boot.ToString(), Pid = pid, StartTicks = start, PidfsHandle = handle % 3 == 0 ? null : handle.ToString("x16", System.Globalization.CultureInfo.InvariantCulture) });

    [Fact]
    public void Token_OfAnyProcess_IsReadBackAndNamesIt() => _identity.Sample(identity =>
        AdoptToken.TryParse(AdoptToken.Of(identity).ToString(), out AdoptToken token) && token == AdoptToken.Of(identity) && token.Names(identity));

    [Fact]
    public void Token_OfAnotherProcess_DoesNotNameIt() => Gen.Select(_identity, _identity).Sample((one, other) => one == other || !AdoptToken.Of(one).Names(other));

    [Theory]
    [InlineData("")]
    [InlineData("4321")]
    [InlineData("4321@1")]
    [InlineData("0@1@abcd")]
    [InlineData("-1@1@abcd")]
    [InlineData("1@-1@abcd")]
    [InlineData("1@1@")]
    [InlineData("1@1@abcdefghi")]
    [InlineData("1@1@abcd@")]
    [InlineData("1@1@abcd@XY")]
    [InlineData("1@1@abcd@00@00")]
    [InlineData(" 1@1@abcd")]
    [InlineData("99999999999@1@abcd")]
    public void Text_ThatIsNoToken_IsRefused(string text) => Assert.False(AdoptToken.TryParse(text, out _));

    [Fact]
    public void Text_Whatever_IsRefusedOrReadAsItIs() =>
        Gen.String.Sample(text => !AdoptToken.TryParse(text, out AdoptToken token) || AdoptToken.TryParse(token.ToString(), out _));
}
