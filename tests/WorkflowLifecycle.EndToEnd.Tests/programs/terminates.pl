# Leaves on SIGTERM with a word and the code 7. With "stop" it stops itself once it is ready; with "slow SECONDS" it takes its time to leave.
use strict;
alarm 60;
$| = 1;
my ($how, $seconds) = (@ARGV, '', 0);
$SIG{TERM} = sub {
    sleep $seconds if $how eq 'slow';
    open my $file, '>>', 'handled' or die $!;
    print $file "$$\n";
    close $file;
    print "handled\n";
    exit 7;
};
print "ready\n";
kill 'STOP', $$ if $how eq 'stop';
sleep 1 while 1;
