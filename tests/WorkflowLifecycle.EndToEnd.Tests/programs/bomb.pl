# A fork bomb with an end: grows to the number named, then every process forks a successor and exits, over and over, in sessions of its own. Only the root stays.
# Says "grown" when it is. A second argument is what each waits in seconds before it forks: without it, what exits piles up behind what forks.
use strict;
use POSIX ();
$| = 1;
my $deadline = time + 20;
my $root = $$;
$SIG{TERM} = 'IGNORE';
my ($size, $pause) = (@ARGV, 0);
pipe my $tokens, my $filling or die $!;
syswrite $filling, 'x' x $size . 'y';
close $filling;
while (time < $deadline) {
    my $grows = sysread $tokens, my $token, 1;
    print "grown\n" if $grows and $token eq 'y';
    if (!$grows && $$ == $root) { sleep 1; next }
    select undef, undef, undef, $pause if $pause && !$grows;
    my $pid = fork;
    if (!defined $pid) { select undef, undef, undef, 0.01; next }
    if (!$pid) {
        POSIX::setsid() if rand() < 0.3;
        next;
    }
    exit 0 if !$grows;
}
