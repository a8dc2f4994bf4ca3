# starter.pl WORLD ARGV0 PROGRAM: prepares a hostile world and executes PROGRAM in it.
#   ignored-sigchld   SIGCHLD ignored, which exec keeps
#   few-descriptors   24 descriptors at the most
#   nobody            another user (root only)
#   nobody-no-fork    another user who may not fork (root only)
#   no-proc           a mount namespace without /proc (root only)
use strict;
use POSIX ();
my ($world, $name, $program) = @ARGV;
my $arm = (POSIX::uname())[4] eq 'aarch64';
my ($prlimit, $unshare, $mount, $umount) = $arm ? (261, 97, 40, 39) : (302, 272, 165, 166);
sub limit { my ($which, $value) = @_; my $pair = pack 'QQ', $value, $value; syscall($prlimit, 0, $which, $pair, 0) == 0 or die "limit: $!" }
open my $file, '<', $program or die "$program: $!";
fcntl $file, 2, 0;
if ($world eq 'ignored-sigchld') { $SIG{CHLD} = 'IGNORE' }
if ($world eq 'few-descriptors') { limit(7, 24) }
if ($world =~ /^nobody/) {
    limit(6, 0) if $world eq 'nobody-no-fork';
    POSIX::setgid(65534);
    POSIX::setuid(65534);
    die "still privileged" if $> != 65534;
    $program = '/proc/self/fd/' . fileno $file;
}
if ($world eq 'no-proc') {
    my ($none, $root, $proc) = ('none', '/', '/proc');
    syscall($unshare, 0x20000) == 0 or die "unshare: $!";
    syscall($mount, $none, $root, 0, 0x44000, 0) == 0 or die "private: $!";
    syscall($umount, $proc, 2) == 0 or die "umount: $!";
}
%ENV = ();
exec { $program } $name or die "$program: $!";
