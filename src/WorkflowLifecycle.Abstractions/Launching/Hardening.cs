using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>
/// Ways out of a run's containment that are closed on request. Each has its price (docs/hardening.md). What is asked for is in force from
/// the program's first instruction and for all its descendants, or the launch fails: nothing is ever left out silently.
/// </summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<Hardening>))]
public enum Hardening
{
    /// <summary>Nothing, which costs nothing. The default.</summary>
    None = 0,

    /// <summary>Set-user-id programs and file capabilities give nothing: <c>sudo</c> inside does not work.</summary>
    NoNewPrivileges = 1,

    /// <summary>
    /// No cgroup can be written, and nobody outside the run can be signalled or traced. Linux 5.19 or later with Landlock; signals from
    /// Linux 6.12 on. Nothing can be mounted inside (bubblewrap fails). Brings <see cref="NoNewPrivileges"/> unless the host is privileged.
    /// </summary>
    Landlock = 2,

    /// <summary>
    /// The run has its own PID namespace, ended by the kernel as one, with its own <c>/proc</c>; it sees nobody outside. For an ordinary
    /// user it comes with a user namespace, in which only his own user and group have their names.
    /// </summary>
    PidNamespace = 4,
}
