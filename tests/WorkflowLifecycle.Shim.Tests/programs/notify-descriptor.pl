# notify-descriptor.pl: sends BARRIER=1 with the write end of a pipe to $NOTIFY_SOCKET and waits until every copy of it is closed.
use strict;
use Socket;
$| = 1;
$SIG{ALRM} = sub { print "still open\n"; exit 1 };
my $sendmsg = `uname -m` =~ /aarch64/ ? 211 : 46;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die;
connect($socket, sockaddr_un($ENV{NOTIFY_SOCKET})) or die "connect: $!";
pipe(my $read, my $write);
my $text = "BARRIER=1";
my $vector = pack 'PQ', $text, length $text;
my $control = pack 'QllLx4', 20, SOL_SOCKET, 1, fileno $write;
my $message = pack 'QLx4PQPQLx4', 0, 0, $vector, 1, $control, length $control, 0;
syscall($sendmsg, fileno $socket, $message, 0) > 0 or die "sendmsg: $!";
close $write;
alarm 4;
readline $read;
print "closed\n";
