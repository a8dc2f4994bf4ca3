using NSubstitute;

namespace WorkflowLifecycle.Tests.Support;

internal static class ReceivedCalls
{
    public static int ReceivedCallsOf<T>(this T substitute, string method)
        where T : class => substitute.ReceivedCalls().Count(call => call.GetMethodInfo().Name == method);
}
