# spawn-waits.py FIFO main|thread: posix_spawn of a program whose standard input is a FIFO that nobody writes to yet. The child waits before
# it executes, and the thread that spawned it waits for that in state D.
import os
import sys
import threading


def spawn():
    os.posix_spawn("/bin/sleep", ["sleep", "60"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, sys.argv[1], os.O_RDONLY, 0)])


os.write(1, b"ready\n")
if sys.argv[2] == "thread":
    thread = threading.Thread(target=spawn)
    thread.start()
    thread.join()
else:
    spawn()
threading.Event().wait(60)
