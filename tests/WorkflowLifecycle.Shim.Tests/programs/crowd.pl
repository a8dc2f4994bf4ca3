# crowd.pl COUNT: COUNT sleeping processes, ten below each of their makers.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
pipe(my $read, my $write);
my $made = 0;
while ($made < $count) {
    my $here = $count - $made > 10 ? 10 : $count - $made;
    $made += $here;
    next if fork // die;
    for (2 .. $here) { last if !(fork // die) }
    syswrite $write, "x";
    close $write;
    sleep 60;
    POSIX::_exit(0);
}
for (1 .. $count) { sysread $read, my $one, 1 }
print "ready\n";
sleep 60;
