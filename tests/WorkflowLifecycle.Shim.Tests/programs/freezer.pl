# freezer.pl SOCKET LEASE: freezes the tree for LEASE milliseconds, says so, and keeps the connection until it is killed.
use strict;
use Socket;
$| = 1;
my ($path, $lease) = @ARGV;
socket(my $socket, AF_UNIX, SOCK_SEQPACKET, 0) or die;
connect($socket, sockaddr_un($path)) or die "$!";
send($socket, pack('SSLL', 3, 1, 1, $lease), 0);
recv($socket, my $answer, 4096, 0);
print unpack('S', $answer) == 67 ? "frozen\n" : "refused\n";
sleep 60;
