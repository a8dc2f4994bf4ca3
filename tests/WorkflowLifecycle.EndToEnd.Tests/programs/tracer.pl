# Attaches to a process and lets it go on, as a debugger does; says "attached". Passes on what it is stopped by.
use strict;
use POSIX ();
alarm 60;
$| = 1;
my $pid = 0 + $ARGV[0];
my $ptrace = (POSIX::uname())[4] eq 'aarch64' ? 117 : 101;
syscall($ptrace, 16, $pid, 0, 0) == 0 or die "PTRACE_ATTACH: $!";
waitpid $pid, 0x40000000;
print "attached\n";
# From here on the tracee stands still: whoever ends it must not need its help, nor ours.
sleep 1 while 1;
