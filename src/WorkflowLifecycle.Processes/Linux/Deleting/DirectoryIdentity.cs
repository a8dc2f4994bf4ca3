using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>By which a directory is known again, whatever has its name by then.</summary>
/// <param name="Inode">Its inode: may be given to another file once it is gone.</param>
/// <param name="Device">Its file system; the number may be another one after a restart of the machine.</param>
/// <param name="BornAt">When it was made, nanoseconds since 1970; 0 where the file system does not know.</param>
/// <param name="BootId">The boot in which it was looked at.</param>
internal sealed record DirectoryIdentity(ulong Inode, ulong Device, long BornAt, string BootId)
{
    private const string InodeKey = "inode";
    private const string DeviceKey = "device";
    private const string BornKey = "bornAt";
    private const string BootKey = "bootId";

    public static DirectoryIdentity Of(in EntryFacts facts) => new(facts.Inode, facts.Device, facts.BornAt, Machine.ThisBoot);

    /// <summary>Whether it is that one. Across a restart only a birth time tells.</summary>
    /// <exception cref="IOException">Nothing tells.</exception>
    public bool Is(in EntryFacts facts)
    {
        if (facts.Inode != Inode || (BornAt != 0 && facts.BornAt != 0 && facts.BornAt != BornAt))
        {
            return false;
        }

        if (BootId == Machine.ThisBoot)
        {
            return facts.Device == Device;
        }

        return BornAt != 0 && facts.BornAt != 0
            ? true
            : throw new IOException("The machine was restarted, and this file system keeps no birth times: whether the directory is still the same cannot be told. Look at it, and delete it by hand.");
    }

    /// <summary>Whether what is at its path lies on another file system than it, so that it may be there all the same. Not told across a restart.</summary>
    public bool MayBeHidden(in EntryFacts there) => BootId == Machine.ThisBoot && there.Device != Device;

    public IReadOnlyDictionary<string, string> ToDetails() => new Dictionary<string, string>
    {
        [InodeKey] = Inode.ToString(CultureInfo.InvariantCulture),
        [DeviceKey] = Device.ToString(CultureInfo.InvariantCulture),
        [BornKey] = BornAt.ToString(CultureInfo.InvariantCulture),
        [BootKey] = BootId,
    };

    /// <summary>What <see cref="ToDetails"/> wrote; null when that is not there whole.</summary>
    public static DirectoryIdentity? FromDetails(IReadOnlyDictionary<string, string> details) =>
        details.TryGetValue(InodeKey, out string? inode) && ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out ulong inodeNumber)
        && details.TryGetValue(DeviceKey, out string? device) && ulong.TryParse(device, NumberStyles.None, CultureInfo.InvariantCulture, out ulong deviceNumber)
        && details.TryGetValue(BornKey, out string? born) && long.TryParse(born, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bornAt)
        && details.TryGetValue(BootKey, out string? boot)
            ? new DirectoryIdentity(inodeNumber, deviceNumber, bornAt, boot)
            : null;
}
