# watcher.pl COUNT: asks all the time whether one of its COUNT children was stopped, as a shell with job control does, and says so; a further
# child had stopped itself before.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
my $stopped = fork // die;
if (!$stopped) { kill STOP => $$; print "went on\n"; sleep 60; exit }
waitpid $stopped, POSIX::WUNTRACED();
for (1 .. $count) {
    next if fork // die;
    sleep 60;
    exit;
}
print "ready $stopped\nready\n";
while (1) {
    my $child = waitpid(-1, POSIX::WUNTRACED() | POSIX::WNOHANG());
    print "saw a stop\n" if $child > 0;
}
