# under-qemu.pl QEMU ARGV0 PROGRAM: qemu-user does not pass the subreaper call on; the attribute survives exec, so it is set here.
use strict;
my ($qemu, $name, $program) = @ARGV;
syscall(157, 36, 1, 0, 0, 0) == 0 or die "subreaper: $!";
%ENV = ();
exec { $qemu } $qemu, '-0', $name, $program or die "$qemu: $!";
