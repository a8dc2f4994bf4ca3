# Executes what follows with SIGCHLD ignored: that is inherited.
use strict;
$SIG{CHLD} = 'IGNORE';
exec @ARGV or die "$ARGV[0]: $!";
