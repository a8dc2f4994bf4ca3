# foreign-client.pl SOCKET UID: connects as another user and asks for the status.
use strict;
use Socket;
my ($path, $uid) = @ARGV;
require POSIX;
POSIX::setgid($uid);
POSIX::setuid($uid);
die "still privileged" if $> != $uid;
socket(my $socket, AF_UNIX, SOCK_SEQPACKET, 0) or die;
connect($socket, sockaddr_un($path)) or do { print "refused: $!\n"; exit };
local $SIG{PIPE} = 'IGNORE';
send($socket, pack('SSL', 1, 1, 1), 0);
my $answer = '';
my $from = recv($socket, $answer, 4096, 0);
print defined $from && length $answer ? "answered\n" : "disconnected\n";
