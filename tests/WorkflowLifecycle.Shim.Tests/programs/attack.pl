# attack.pl FILE: waits for FILE and tries what its lines say, to leave its containment or to harm it. Each is KIND=WHAT; the answer is a line
# "KIND open" or "KIND closed ERRNO". After a line "stay" it sleeps.
use strict;
use POSIX ();
$| = 1;
sub run { system("$_[0] >/dev/null 2>&1") == 0 || do { $! = POSIX::EPERM(); 0 } }
my %attempts = (
    # joins the cgroup whose cgroup.procs is named
    leave => sub { my $file; open($file, '>', $_[0]) && syswrite($file, "0") },
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
