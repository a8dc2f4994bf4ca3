# walkers.pl PROCS COUNT: COUNT processes that write themselves into another cgroup; every second one becomes a daemon there.
use strict;
use POSIX ();
$| = 1;
my ($procs, $count) = @ARGV;
pipe(my $read, my $write);
for my $n (1 .. $count) {
    next if fork // die;
    if ($n % 2) { exit 0 if fork // die; POSIX::setsid() }
    open my $file, '>', $procs or die "$procs: $!";
    print $file "$$";
    close $file or die "$procs: $!";
    $SIG{TERM} = 'IGNORE';
    syswrite $write, "x";
    close $write;
    sleep 60;
    exit 0;
}
sysread $read, my $one, 1 for 1 .. $count;
print "ready\n";
sleep 60;
