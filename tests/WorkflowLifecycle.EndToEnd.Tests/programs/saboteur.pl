# Works against its own holder, as any program of the same user can. Does what is named, in that order, then says "ready" and waits:
# lock=directory|link|gone|held|fifo, wipe (its run directory), crowd (all connections of the control socket), forged (records of an end),
# away=CGROUP (goes there), stops=PID (stops that process again and again), relay=COUNT (chains of processes, each of which forks its successor and exits).
use strict;
use POSIX ();
use Socket;
use Fcntl;
alarm 60;
$| = 1;
my $end = time + 50;
my ($run) = $ENV{NOTIFY_SOCKET} =~ m{^(.*)/[^/]+$};
my @kept;
sub put { my ($name, $text) = @_; open my $file, '>', "$run/$name" or die "$name: $!"; print $file $text; close $file; }
for my $word (@ARGV) {
    my ($what, $value) = split /=/, $word, 2;
    if ($what eq 'lock') {
        my $lock = "$run/kill.lock";
        if ($value eq 'held') {
            open my $file, '+<', $lock or die $!;
            my $request = pack 's s x4 q q i x4', F_WRLCK, 0, 0, 0, 0;
            fcntl $file, 37, $request or die "lock: $!";
            push @kept, $file;
            next;
        }
        unlink $lock or die $!;
        mkdir $lock if $value eq 'directory';
        symlink '/nowhere', $lock if $value eq 'link';
        POSIX::mkfifo($lock, 0600) if $value eq 'fifo';
    }
    elsif ($what eq 'wipe') { system 'rm', '-rf', $run; }
    elsif ($what eq 'forged') {
        put 'exit', "run=x\nhow=1\nstatus=0\n";
        put 'empty', "run=x\nproof=3\nsigkills=0\nleftovers=0\nwalkers=0\nended_by=0\n";
    }
    elsif ($what eq 'crowd') {
        for (1 .. 40) {
            socket my $socket, AF_UNIX, 5, 0 or die $!;
            last unless connect $socket, pack_sockaddr_un("$run/ctl");
            push @kept, $socket;
        }
    }
    elsif ($what eq 'away') { open my $procs, '>', "$value/cgroup.procs" or die "$value: $!"; print $procs $$; close $procs or die $!; }
    elsif ($what eq 'session') { exit 0 if fork; POSIX::setsid(); alarm 60; }
    elsif ($what eq 'child') { if (fork) { sleep 1 while 1 } alarm 60; }
    elsif ($what eq 'notify') {
        if (!fork) {
            open STDOUT, '>', '/dev/null';
            socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die $!;
            my $to = pack_sockaddr_un($ENV{NOTIFY_SOCKET});
            for (my $i = 0; time < $end; $i++) { send $socket, "READY=1\nSTATUS=number $i", 0, $to; }
            exit;
        }
    }
    elsif ($what eq 'output') {
        if (!fork) { my $text = 'x' x 65536; while (time < $end) { syswrite STDOUT, $text or exit; } exit; }
    }
    elsif ($what eq 'stops') {
        my $shim = getppid;
        if (!fork) {
            $SIG{TERM} = 'IGNORE';
            open STDOUT, '>', '/dev/null';
            while (time < $end) { kill 'STOP', $shim; select undef, undef, undef, 0.0002; }
            exit;
        }
    }
    elsif ($what eq 'relay') {
        for (1 .. $value || 1) {
            next if fork;
            POSIX::setsid();
            $SIG{TERM} = 'IGNORE';
            open STDOUT, '>', '/dev/null';
            open STDERR, '>', '/dev/null';
            @kept = ();
            # While their reaper is stopped each successor leaves a zombie: not so many that the machine runs out of numbers.
            for (my $hops = 3000; time < $end; select undef, undef, undef, 0.0005) { exit if $hops-- > 0 && fork; }
            exit;
        }
    }
}
print "ready\n";
sleep 1 while time < $end;
