namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>One line of the table: a figure beside its target.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Detail">The absolute figures behind it.</param>
/// <param name="Value">The median of what the target is about.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Limit">The target: at most this; infinite where there is none.</param>
/// <param name="Unit">x for a ratio, else a unit.</param>
internal sealed record Figure(string Name, string Detail, double Value, double Low, double High, double Limit, string Unit)
{
    /// <summary>Only when the whole interval lies above the target: noise neither fails nor passes it.</summary>
    public string Verdict => double.IsInfinity(Limit) ? "no target" : Low > Limit ? "MISSED" : Value <= Limit ? "met" : "not missed";
}
