using System.Diagnostics;
using System.Globalization;

namespace WorkflowLifecycle.Tests.Shared;

/// <summary>A Docker daemon of its own, with its containerd: no network, nothing of the machine's Docker.</summary>
internal sealed class DockerEngine : ContainerEngine
{
    private const string Daemon = "/usr/sbin/dockerd";
    private const string Image = "nothing:1";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private Process? _daemon;

    public override string Client => "/usr/bin/docker";

    public override IReadOnlyList<string> Arguments => ["--host", $"unix://{Place}/socket"];

    public override string? Missing => RootAnd(Client, Daemon, "/usr/bin/containerd", "/usr/sbin/runc");

    // The image is empty.
    protected override string Files => $"--volume /usr:/usr:ro --volume /usr/bin:/bin:ro --volume /usr/lib:/lib:ro --volume /usr/lib64:/lib64:ro {Image}";

    // In a mount namespace of its own, so that its mounts end with it, and what it writes at fixed places of /etc and /run is seen by nobody.
    protected override void OnStart()
    {
        const string script = """
            mkdir "$0/etc" "$0/work" &&
            mount -t overlay -o "lowerdir=/etc,upperdir=$0/etc,workdir=$0/work" overlay /etc && mount -t tmpfs tmpfs /run &&
            exec "$1" --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" --host "unix://$0/socket" --iptables=false --ip6tables=false \
                --bridge=none --storage-driver=vfs --exec-opt native.cgroupdriver=cgroupfs --log-level warn > "$0/log" 2>&1
            """;
        _daemon = Process.Start("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", script, Place, Daemon]);
        string log = Path.Combine(Place, "log");
        long started = TimeProvider.System.GetTimestamp();
        while (!CanAnswer())
        {
            if (_daemon.HasExited || TimeProvider.System.GetElapsedTime(started) > _limit)
            {
                _daemon.Kill(entireProcessTree: true);
                throw new InvalidOperationException("dockerd does not answer:\n" + (File.Exists(log) ? File.ReadAllText(log) : string.Empty));
            }
        }

        Shell($"tar --create --files-from /dev/null | {Client} {string.Join(' ', Arguments)} import - {Image}");
    }

    protected override void Stop()
    {
        Shell(string.Create(CultureInfo.InvariantCulture, $"kill -s TERM {_daemon!.Id}"));
        if (!_daemon.WaitForExit(_limit))
        {
            _daemon.Kill();
            throw new TimeoutException("dockerd does not leave.");
        }

        _daemon.Dispose();
    }

    private bool CanAnswer() => Shell($"{Client} {string.Join(' ', Arguments)} version > /dev/null 2>&1 && echo yes || sleep 0.1") == "yes";
}
