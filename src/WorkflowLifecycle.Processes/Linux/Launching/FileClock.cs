using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>The clock by which the kernel stamps files. It stands still between two ticks, 1 to 10 ms apart as the kernel was built, and so lags the clock on the wall.</summary>
[SupportedOSPlatform("linux")]
internal static class FileClock
{
    private const int CoarseRealTime = 5;

    // Two of the longest ticks. Who sets the clock back meanwhile does not hold up the launch.
    private const int Looks = 20;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Waits until the kernel stamps later than that moment, so that nothing made from then on bears a time before it. Most launches take longer than a tick,
    /// and wait for nothing.
    /// </summary>
    public static async Task PassAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        for (int look = 0; look < Looks && Now() < moment; look++)
        {
            await Task.Delay(Look, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    // A kernel without that clock has no ticks to wait for.
    private static DateTimeOffset Now() => Libc.ClockTime(CoarseRealTime, out TimeValue time) == 0
        ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : DateTimeOffset.MaxValue;
}
