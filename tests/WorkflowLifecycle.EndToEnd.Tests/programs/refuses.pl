# refuses.pl ERRNO NUMBER,NUMBER... PROGRAM ARGUMENTS...: executes PROGRAM where those system calls fail with that error, as under an old kernel or in a sandbox.
use strict;
use POSIX ();
my ($errno, $numbers, @program) = @ARGV;
my @refused = split /,/, $numbers;
my $prctl = (POSIX::uname())[4] eq 'aarch64' ? 167 : 157;
my @filter = (pack 'SCCL', 0x20, 0, 0, 0);
my $left = @refused;
for my $number (@refused) { push @filter, pack 'SCCL', 0x15, $left--, 0, $number }
push @filter, pack('SCCL', 0x06, 0, 0, 0x7fff0000), pack('SCCL', 0x06, 0, 0, 0x00050000 | $errno);
my $code = join '', @filter;
my $block = pack 'Sx6P', scalar @filter, $code;
syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
syscall($prctl, 22, 2, $block, 0, 0) == 0 or die "seccomp: $!";
exec @program or die "$program[0]: $!";
