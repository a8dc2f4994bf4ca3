#!/bin/sh
# An agent run at its worst: every process ignores SIGTERM, and the helpers do what hides a process from a naive kill.
trap '' TERM

# Its parent dies at once (double fork), so no parent link leads to it.
( sh -c 'trap "" TERM; while :; do sleep 300; done' & )

# It starts a session of its own (setsid), so no process group or session holds it.
setsid sh -c 'trap "" TERM; while :; do sleep 300; done' &

# It throws its environment away and takes another name, so nothing about it tells where it came from.
( setsid env -i /bin/sh -c 'trap "" TERM; exec -a kworker/0:1 sleep 300' 2>/dev/null || env -i setsid /bin/sh -c 'trap "" TERM; while :; do sleep 300; done' ) &

echo "agent: initializing ..."
while :; do sleep 300; done
