# A tree of that many processes below the root, in groups of a hundred; says "ready" once all are there.
use strict;
alarm 60;
$| = 1;
my $count = $ARGV[0];
pipe my $reading, my $writing or die $!;
for (1 .. $count / 100) {
    next if fork;
    alarm 60;
    close $reading;
    for (1 .. 99) {
        next if fork;
        alarm 60;
        syswrite $writing, 'x';
        close $writing;
        sleep 60;
        exit 0;
    }
    syswrite $writing, 'x';
    close $writing;
    sleep 1 while 1;
}
close $writing;
my $all = '';
1 while length $all < $count and sysread $reading, $all, 4096, length $all;
print "ready\n";
sleep 1 while 1;
