# counters.pl DIRECTORY COUNT: a chain of COUNT processes, each counting in a file of its own as fast as it can. SIGTERM makes each write
# one line and leave.
use strict;
use POSIX ();
$| = 1;
my ($directory, $count) = @ARGV;
# By sigaction, so that it runs in the moment of the signal: Perl puts off handlers in %SIG until it has done a few more operations.
POSIX::sigaction(POSIX::SIGTERM(), POSIX::SigAction->new(sub { syswrite STDOUT, "handled\n"; POSIX::_exit(0) }));
my ($file, $number) = (undef, 0);
do {
    open $file, '>', "$directory/count." . ++$number or die;
    syswrite $file, sprintf '%012d', 0;
} while ($number < $count && !(fork // die));
my $value = 0;
while (1) {
    sysseek $file, 0, 0;
    syswrite $file, sprintf '%012d', ++$value;
    syswrite STDOUT, "ready\n" if $value == 100 && $number == $count;
}
