# daemons.pl COUNT: COUNT daemons by double fork, each in a session of its own, without environment, under another name, deaf to SIGTERM.
use strict;
use POSIX ();
$| = 1;
my $count = shift;
for my $n (1 .. $count) {
    pipe(my $read, my $write);
    my $child = fork // die;
    if (!$child) {
        POSIX::setsid();
        exit 0 if fork // die;
        POSIX::setsid();
        %ENV = ();
        $0 = "kworker/$n:0";
        $SIG{$_} = 'IGNORE' for qw(TERM HUP INT QUIT);
        close $write;
        sleep 60;
        exit 0;
    }
    close $write;
    waitpid $child, 0;
    readline $read;
}
print "ready\n";
sleep 60;
