using System.Globalization;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>Something that happens.</summary>
/// <param name="Kind">What.</param>
/// <param name="Host">To which of the living hosts, or by it.</param>
/// <param name="Run">To which of the runs so far.</param>
/// <param name="Number">How; see <see cref="World"/>.</param>
/// <param name="Settles">Whether the hosts come to rest before the next step.</param>
internal sealed record Step(StepKind Kind, int Host, int Run, int Number, bool Settles)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}(host {Host}, run {Run}, {Number}{(Settles ? "" : ", at once")})");
}
