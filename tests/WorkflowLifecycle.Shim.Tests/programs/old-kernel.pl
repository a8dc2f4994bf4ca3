# old-kernel.pl ARGV0 PROGRAM: executes PROGRAM where pidfd_send_signal, pidfd_open, clone3 and close_range answer ENOSYS.
use strict;
use POSIX ();
my ($name, $program) = @ARGV;
my $prctl = (POSIX::uname())[4] eq 'aarch64' ? 167 : 157;
my $enosys = 0x00050000 | 38;
my @missing = (424, 434, 435, 436);
my @filter = (pack 'SCCL', 0x20, 0, 0, 0);
my $left = @missing;
for my $number (@missing) { push @filter, pack 'SCCL', 0x15, $left--, 0, $number }
push @filter, pack('SCCL', 0x06, 0, 0, 0x7fff0000), pack('SCCL', 0x06, 0, 0, $enosys);
my $code = join '', @filter;
my $block = pack 'Sx6P', scalar @filter, $code;
syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
syscall($prctl, 22, 2, $block, 0, 0) == 0 or die "seccomp: $!";
%ENV = ();
exec { $program } $name or die "$program: $!";
