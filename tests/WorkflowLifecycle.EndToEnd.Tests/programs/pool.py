# A pool of four workers that are all busy. "orderly": at SIGTERM the main process ends them and exits by itself.
import multiprocessing
import os
import signal
import sys
import time


def work(number):
    open(f"started-{number}", "w").close()
    time.sleep(60)


def main():
    leaving = []
    pool = multiprocessing.get_context(sys.argv[1]).Pool(4)
    pool.map_async(work, range(4), chunksize=1)
    while not all(os.path.exists(f"started-{number}") for number in range(4)):
        time.sleep(0.02)
    if "orderly" in sys.argv:
        signal.signal(signal.SIGTERM, lambda *_: leaving.append(True))
    print("ready", flush=True)
    while not leaving:
        time.sleep(0.02)
    pool.terminate()
    pool.join()
    open("pool-closed", "w").close()


if __name__ == "__main__":
    main()
