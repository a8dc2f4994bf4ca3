# attack.pl FILE: waits for FILE and tries what its lines say, to leave its containment or to harm it. Each is KIND=WHAT; the answer is a line
# "KIND open" or "KIND closed ERRNO". After a line "stay" it sleeps.
use strict;
use POSIX ();
use Fcntl;
$| = 1;
sub run { system("$_[0] >/dev/null 2>&1") == 0 || do { $! = POSIX::EPERM(); 0 } }
my $openat = (POSIX::uname())[4] eq 'aarch64' ? 56 : 257;
my %attempts = (
    # joins the cgroup whose cgroup.procs is named
    leave => sub { my $file; open($file, '>', $_[0]) && syswrite($file, "0") },
    # is born in the cgroup whose directory is named: no file is written for that
    born => sub {
        sysopen(my $directory, $_[0], O_RDONLY) or return 0;
        my $pid = syscall(435, pack('Q11', 0x200000000, (0) x 3, 17, (0) x 5, fileno $directory), 88);
        POSIX::_exit(0) if $pid == 0;
        $pid > 0 && waitpid $pid, 0;
    },
    # writes to a file of a cgroup2 mount of its own, which is attached nowhere
    detached => sub {
        my ($type, $path) = ('cgroup2', $_[0]);
        my $context = syscall(430, $type, 0);
        $context >= 0 && syscall(431, $context, 6, 0, 0, 0) == 0 or return 0;
        my $mount = syscall(432, $context, 0, 0);
        $mount >= 0 && syscall($openat, $mount, $path, 1, 0) >= 0;
    },
    # copies a mount without what is mounted on it, which uncovers that
    uncover => sub { my $path = $_[0]; syscall(428, -100, $path, 1) >= 0 },
    # makes a read-only mount writable again
    soften => sub { my ($path, $change) = ($_[0], pack 'Q4', 0, 1, 0, 0); syscall(442, -100, $path, 0, $change, 32) == 0 },
    write => sub { open(my $file, '+<', $_[0]) },
    read => sub { open(my $file, '<', $_[0]) },
    create => sub { my $file; open($file, '>', $_[0]) && syswrite($file, "x") },
    delete => sub { unlink $_[0] },
    rename => sub { rename $_[0], "$_[0].moved" },
    signal => sub { kill 'USR1', $_[0] },
    stop => sub { kill 'STOP', $_[0] },
    kill => sub { kill 'KILL', $_[0] },
    # what ptrace and the namespaces of another process take
    trace => sub { defined readlink "/proc/$_[0]/ns/pid" },
    enter => sub { run("nsenter --pid=/proc/$_[0]/ns/pid true") },
    unmount => sub { run("umount $_[0]") },
    run => \&run,
);
select undef, undef, undef, 0.01 until -e $ARGV[0];
open my $lines, '<', $ARGV[0] or die "$ARGV[0]: $!";
for my $attempt (<$lines>) {
    chomp $attempt;
    sleep 60 if $attempt eq 'stay';
    my ($kind, $what) = split /=/, $attempt, 2;
    print $attempts{$kind}->($what) ? "$kind open\n" : "$kind closed " . ($! + 0) . "\n";
}
