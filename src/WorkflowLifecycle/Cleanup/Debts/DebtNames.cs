using WorkflowLifecycle.Redaction;

namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>What debts are called where they are told of. In the debt itself the name stays whole: by it, the resource is found.</summary>
internal static class DebtNames
{
    public static string NameOf(this IRedactor redactor, CleanupDebt debt) => debt.Resource is { } resource ? redactor.RedactOrHide(resource.Name) : "what the run left";
}
