using System.Net;

namespace WorkflowLifecycle.Processes.Linux.Interop;

/// <summary>A TCP or UDP socket, as the kernel tells of it.</summary>
/// <param name="Local">Its address and port.</param>
/// <param name="State">Its state, numbered as in <c>/proc/net/tcp</c>.</param>
/// <param name="Inode">The kernel's number of it.</param>
/// <param name="Cgroup">The id of the cgroup v2 in which it was made, which is the inode of that cgroup's directory; null where the kernel does not tell.</param>
internal sealed record DiagnosedSocket(IPEndPoint Local, int State, ulong Inode, ulong? Cgroup);
