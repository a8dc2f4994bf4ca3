# thread-counters.pl DIRECTORY COUNT: one process whose COUNT threads each count in a file of their own as fast as they can.
use strict;
use threads;
$| = 1;
my ($directory, $count) = @ARGV;
for my $number (1 .. $count) {
    open my $file, '>', "$directory/count.$number" or die;
    syswrite $file, sprintf '%012d', 0;
    threads->create(sub {
        my $value = 0;
        while (1) {
            sysseek $file, 0, 0;
            syswrite $file, sprintf '%012d', ++$value;
        }
    });
}
print "ready\n";
sleep 60;
