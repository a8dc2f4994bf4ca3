# A workflow that does not want to end: ignores SIGTERM, has a child, and a grandchild that left its session and scrubbed its environment.
# Each of the three writes its PID to $STUCK_PIDS, so that somebody else than us can look whether they are gone.
trap '' TERM
echo $$ >> "$STUCK_PIDS"
sleep 300 &
echo $! >> "$STUCK_PIDS"
(setsid env -i "STUCK_MARK=$STUCK_MARK" sh -c 'trap "" TERM; echo $$ >> "$0"; exec sleep 300' "$STUCK_PIDS" &)
while [ "$(wc -l < "$STUCK_PIDS")" -lt 3 ]; do
  sleep 0.02
done
echo ready
wait
