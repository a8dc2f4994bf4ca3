# forking-thread.pl: a second thread forks a child; the kernel lists that child under the thread, not under the process.
use strict;
use threads;
$| = 1;
my $thread = threads->create(sub {
    if (!(fork // die)) { sleep 60; exit 0 }
    print "ready\n";
    sleep 60;
});
sleep 60;
