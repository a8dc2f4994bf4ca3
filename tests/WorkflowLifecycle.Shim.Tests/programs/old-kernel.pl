# old-kernel.pl [CALL=ERRNO...] ARGV0 PROGRAM ARGUMENTS...: executes PROGRAM where those calls answer so; by default pidfd_send_signal, pidfd_open,
# clone3, close_range and those of Landlock answer ENOSYS.
use strict;
use POSIX ();
my @refused;
push @refused, shift @ARGV while $ARGV[0] =~ /^\d+=\d+$/;
@refused = map { "$_=38" } 424, 434, 435, 436, 444, 445, 446 unless @refused;
my ($name, $program, @arguments) = @ARGV;
my $prctl = (POSIX::uname())[4] eq 'aarch64' ? 167 : 157;
my @filter = (pack 'SCCL', 0x20, 0, 0, 0);
for my $refused (@refused) {
    my ($number, $errno) = split /=/, $refused;
    push @filter, pack('SCCL', 0x15, 0, 1, $number), pack('SCCL', 0x06, 0, 0, 0x00050000 | $errno);
}
push @filter, pack('SCCL', 0x06, 0, 0, 0x7fff0000);
my $code = join '', @filter;
my $block = pack 'Sx6P', scalar @filter, $code;
syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
syscall($prctl, 22, 2, $block, 0, 0) == 0 or die "seccomp: $!";
%ENV = () unless @arguments;
exec { $program } $name, @arguments or die "$program: $!";
