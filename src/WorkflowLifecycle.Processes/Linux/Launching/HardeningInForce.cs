using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>What the shim says will be in force for the program.</summary>
/// <param name="Hardening">As asked for.</param>
/// <param name="EndsSignals">Landlock of an ABI that also keeps signals inside.</param>
/// <param name="HidesRunDirectory">The program does not see the run directory, but for the notify socket.</param>
/// <param name="IsRoot">The program starts as root.</param>
internal readonly record struct HardeningInForce(Hardening Hardening, bool EndsSignals, bool HidesRunDirectory, bool IsRoot)
{
    private const uint RunDirectoryHidden = 0x100;
    private const uint LandlockWithScopes = 6;

    public bool Has(Hardening hardening) => (Hardening & hardening) != Hardening.None;

    public static HardeningInForce Read(ShimMessage ready, bool isRoot)
    {
        uint bits = ready.UInt32(4);
        return new HardeningInForce((Hardening)(bits & ~RunDirectoryHidden), ready.UInt32(8) >= LandlockWithScopes, (bits & RunDirectoryHidden) != 0, isRoot);
    }
}
