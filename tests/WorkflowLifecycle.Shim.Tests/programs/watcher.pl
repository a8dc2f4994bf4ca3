# watcher.pl: asks all the time whether its child was stopped or continued, as a shell with job control does, and says so; another child had
# stopped itself before.
use strict;
use POSIX ();
$| = 1;
my $stopped = fork // die;
if (!$stopped) { kill STOP => $$; print "went on\n"; sleep 60; exit }
waitpid $stopped, POSIX::WUNTRACED();
my $child = fork // die;
if (!$child) { 1 while 1 }
print "ready $stopped\nready\n";
while (1) {
    print "saw a stop\n" if waitpid($child, POSIX::WUNTRACED() | POSIX::WNOHANG()) > 0;
}
