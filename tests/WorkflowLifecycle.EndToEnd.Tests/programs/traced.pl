# A tracer and its stopped tracee in one tree.
use strict;
use POSIX ();
alarm 60;
$| = 1;
my $ptrace = (POSIX::uname())[4] eq 'aarch64' ? 117 : 101;
my $tracee = fork;
if (!$tracee) {
    alarm 60;
    syscall($ptrace, 0, 0, 0, 0) == 0 or die "PTRACE_TRACEME: $!";
    kill 'STOP', $$;
    sleep 1 while 1;
}
waitpid $tracee, POSIX::WUNTRACED();
print "tracee $tracee\nready\n";
sleep 1 while 1;
