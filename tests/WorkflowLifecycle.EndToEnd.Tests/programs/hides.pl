# Has a descendant that hides in the ways named: setsid, orphan (double fork), scrub (no environment, another name), stop, stubborn.
# Says "hidden PID" and "ready". The root then waits, or exits with "leave".
use strict;
use POSIX ();
alarm 60;
$| = 1;
my %how = map { $_ => 1 } @ARGV;
pipe my $reading, my $writing or die $!;
if (!fork) {
    alarm 60;
    POSIX::setsid() if $how{setsid};
    exit 0 if $how{orphan} and fork;
    alarm 60;
    POSIX::setsid() if $how{setsid};
    $SIG{TERM} = 'IGNORE' if $how{stubborn};
    syswrite $writing, "$$\n";
    close $writing;
    close $reading;
    if ($how{scrub}) {
        %ENV = ();
        exec { '/bin/sleep' } 'kworker/0:1', '60';
    }
    if (!$how{talks}) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
    }
    kill 'STOP', $$ if $how{stop};
    sleep 1 while 1;
}
close $writing;
my $pid = <$reading>;
chomp $pid;
if ($how{orphan}) { wait }
select undef, undef, undef, 0.05;
print "hidden $pid\nready\n";
exit 3 if $how{leave};
sleep 1 while 1;
