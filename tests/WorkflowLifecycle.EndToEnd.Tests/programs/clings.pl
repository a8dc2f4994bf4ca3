# Opens all of the host's pipes that it can, to read and to write, and keeps them; so do its children, one of which left the
# session. Its host is the parent of its parent. Says "ready" into the file of that name.
use strict;
use Fcntl;
alarm 60;
$SIG{$_} = 'IGNORE' for qw(TERM HUP INT PIPE);
sub parent { my ($pid) = @_; open my $stat, '<', "/proc/$pid/stat" or die $!; my ($rest) = <$stat> =~ /.*\) (.*)/; return (split ' ', $rest)[1]; }
my $host = parent(getppid());
my @held;
for my $path (glob "/proc/$host/fd/*") {
    next unless -p $path;
    # Never waits for the other end.
    for my $mode (O_RDONLY, O_WRONLY, O_RDWR) {
        my $file;
        push @held, $file if sysopen $file, $path, $mode | O_NONBLOCK;
    }
}
for my $way ('child', 'session') {
    next if fork;
    require POSIX;
    POSIX::setsid() if $way eq 'session';
    alarm 60;
    sleep 1 while 1;
}
open my $file, '>', 'ready.tmp' or die $!;
print $file scalar @held;
close $file;
rename 'ready.tmp', 'ready';
sleep 1 while 1;
