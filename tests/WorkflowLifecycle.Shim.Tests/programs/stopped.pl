# stopped.pl COUNT: COUNT processes that stop themselves; each prints one line from its TERM handler once it may run again.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
my @pids;
for (1 .. $count) {
    my $pid = fork // die;
    if (!$pid) {
        $SIG{TERM} = sub { syswrite STDOUT, "handled\n"; POSIX::_exit(0) };
        kill STOP => $$;
        sleep 60;
        exit 0;
    }
    push @pids, $pid;
}
waitpid $_, POSIX::WUNTRACED() for @pids;
$SIG{TERM} = 'IGNORE';
print "ready\n";
1 while wait > 0;
