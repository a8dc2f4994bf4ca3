# flood.pl DIRECTORY: for 20 seconds, floods the shim's two sockets and its own output as fast as it can.
use strict;
use Socket;
my $directory = shift;
my $until = time + 20;
$| = 1;
$SIG{PIPE} = 'IGNORE';
chdir $directory or die;
if (!(fork // die)) {
    socket(my $s, AF_UNIX, SOCK_DGRAM, 0);
    connect($s, sockaddr_un('notify'));
    while (time < $until) { send($s, "STATUS=" . 'x' x 3000, 0) for 1 .. 100 }
    exit 0;
}
for (1 .. 3) {
    next if fork // die;
    while (time < $until) {
        socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0);
        connect($s, sockaddr_un('ctl')) or next;
        for (1 .. 2000) { defined send($s, pack('SSL', 6, 1, $_), 0x40) or last }
    }
    exit 0;
}
print "ready\n";
print 'y' x 4096 while time < $until;
