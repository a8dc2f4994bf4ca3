# Has five children that exited and that it never collects.
use strict;
alarm 60;
$| = 1;
for (1 .. 5) {
    my $pid = fork;
    exit 0 if !$pid;
    1 until do { open my $stat, '<', "/proc/$pid/stat"; <$stat> =~ /\) Z / };
}
print "ready\n";
sleep 1 while 1;
