# Works once the file "begin" is there: READY=1 with a status, then 10 MB of numbered lines. Says another status at "second", and leaves
# with the code 7 at "leave".
use strict;
use Socket;
alarm 60;
sub await { my ($name) = @_; select undef, undef, undef, 0.02 until -e $name; }
sub note { my ($name) = @_; open my $file, '>', $name or die $!; close $file; }
socket my $notify, AF_UNIX, SOCK_DGRAM, 0 or die $!;
sub say_so { my ($text) = @_; send $notify, $text, 0, sockaddr_un($ENV{NOTIFY_SOCKET}) or die $!; }
$SIG{PIPE} = sub { note('sigpipe'); exit 99; };
await('begin');
say_so("READY=1\nSTATUS=first");
for my $number (1 .. 200_000) {
    printf "%08d the quick brown fox jumps over the lazy dog\n", $number or die $!;
}
$| = 1;
print "end\n";
note('written');
await('second');
say_so('STATUS=second');
await('leave');
exit 7;
