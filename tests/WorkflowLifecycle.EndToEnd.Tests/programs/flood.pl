# Writes numbered lines of a hundred bytes up to that many bytes, then "done" to the file named, and exits with 5.
use strict;
alarm 60;
my ($bytes, $file) = @ARGV;
my $number = 0;
while ($bytes > 0) {
    my $block = '';
    $block .= sprintf("%099d\n", $number++) for 1 .. 1000;
    $block = substr $block, 0, $bytes if length $block > $bytes;
    $bytes -= length $block;
    print $block;
}
close STDOUT;
open my $done, '>', $file or die $!;
close $done;
exit 5;
