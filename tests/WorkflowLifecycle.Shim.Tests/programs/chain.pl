# chain.pl DEPTH: each process is the only child of the one before.
use strict;
$| = 1;
my $depth = shift;
for (2 .. $depth) {
    if (fork // die) { sleep 60; exit 0 }
}
print "ready\n";
sleep 60;
