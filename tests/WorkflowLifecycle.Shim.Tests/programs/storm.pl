# storm.pl COUNT: COUNT churners that fork short-lived daemons as fast as they can, for 60 seconds at the most.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
my $until = time + 60;
$SIG{CHLD} = 'IGNORE';
for (1 .. $count) {
    next if fork // die;
    while (time < $until) {
        my $child = fork;
        next if $child;
        if (!defined $child) { select undef, undef, undef, 0.001; next }
        POSIX::setsid();
        my $grandchild = fork;
        POSIX::_exit(0) if $grandchild || !defined $grandchild;
        select undef, undef, undef, 0.05;
        POSIX::_exit(0);
    }
    POSIX::_exit(0);
}
print "ready\n";
sleep 60;
