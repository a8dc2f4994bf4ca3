# vfork.pl: a process that waits in state D for a child that neither executes nor exits; the process above them counts on standard output.
use strict;
use POSIX ();
$| = 1;
my ($clone, $pause, $sleep) = (POSIX::uname())[4] eq 'aarch64' ? (220, 73, 0) : (56, 34, 0);
if (!(fork // die)) {
    # CLONE_VM | CLONE_VFORK | SIGCHLD: the child runs in this very memory until it is killed.
    my $child = syscall($clone, 0x4100 | 17, 0, 0, 0, 0);
    syscall($pause, 0, 0, 0, 0, 0) while $child == 0;
    sleep 60;
    POSIX::_exit(0);
}
print "ready\n";
while (1) {
    print ".";
    select undef, undef, undef, 0.005;
}
