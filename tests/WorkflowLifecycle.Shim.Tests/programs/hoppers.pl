# hoppers.pl COUNT: COUNT processes that fork a successor and exit, again and again, for 60 seconds at the most.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
my $until = time + 60;
for (1 .. $count) {
    next if fork // die;
    POSIX::setsid();
    $SIG{TERM} = 'IGNORE';
    while (time < $until) {
        my $successor = fork;
        POSIX::_exit(0) if $successor;
        POSIX::_exit(0) if !defined $successor && time >= $until;
    }
    POSIX::_exit(0);
}
print "ready\n";
sleep 60;
