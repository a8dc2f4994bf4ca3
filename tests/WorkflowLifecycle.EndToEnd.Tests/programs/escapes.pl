# escapes.pl [CGROUP]: a descendant of its own session joins CGROUP where one is named, and kills the shim, which is the root's parent.
# Writes "leave open" or "leave closed", and "kill open" or "kill closed", to the file "said": without the shim nobody may read its output.
# The root then says "ready" and waits.
use strict;
use POSIX ();
alarm 60;
$| = 1;
my ($cgroup) = @ARGV;
my $shim = getppid;
pipe my $reading, my $writing or die $!;
if (!fork) {
    alarm 60;
    POSIX::setsid();
    exit 0 if fork;
    POSIX::setsid();
    alarm 60;
    my $file;
    open my $said, '>', 'said.new' or die $!;
    print {$said} 'leave ', open($file, '>', "$cgroup/cgroup.procs") && syswrite($file, '0') ? 'open' : 'closed', "\n" if $cgroup;
    print {$said} 'kill ', $shim > 1 && kill('KILL', $shim) ? 'open' : 'closed', "\n";
    close $said;
    rename 'said.new', 'said';
    close $writing;
    sleep 1 while 1;
}
close $writing;
<$reading>;
select undef, undef, undef, 0.1;
print "ready\n";
sleep 1 while 1;
