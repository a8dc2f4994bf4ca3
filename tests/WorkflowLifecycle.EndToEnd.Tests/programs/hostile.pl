# Shows bytes that are made to mislead who reads them: in its name, its arguments and its environment.
use strict;
alarm 60;
$| = 1;
print "ready\n";
if ($ARGV[0] eq 'again') {
    $0 = "a) R 1 1 (\n\e[31m\xff\xfe";
    sleep 1 while 1;
}
if (!fork) {
    alarm 60;
    %ENV = ("EVIL\e[2J" => "\xff\xfe\n", 'WORKFLOW_LIFECYCLE_RUN_ID' => 'run_of_another');
    exec $^X, __FILE__, 'again', "\e]0;title\a", "\xff\xfe", "line\nbreak", ') Z 1 1 1';
}
wait;
