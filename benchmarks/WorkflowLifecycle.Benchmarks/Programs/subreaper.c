/*
 * The limit: the least that ends a tree and knows that it is gone. A subreaper that writes cgroup.kill, waits until it has no child left and
 * reads cgroup.events once.
 *
 *   subreaper CGROUP PROGRAM ARGUMENTS...
 *
 * CGROUP is made and removed. A line on standard input ends the tree; printed is how long that took, in nanoseconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    fprintf(stderr, "subreaper: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long long nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void wait_for_line(void)
{
    struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
    while (poll(&input, 1, 2) == 0) {
        while (waitpid(-1, NULL, WNOHANG) > 0) { }
    }
    char line[16];
    if (read(STDIN_FILENO, line, sizeof line) < 0) fail("standard input");
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: subreaper CGROUP PROGRAM ARGUMENTS...\n");
        return 2;
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail("subreaper");
    if (mkdir(argv[1], 0700) != 0) fail(argv[1]);
    int directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int kill_file = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    int events_file = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
    if (directory < 0 || kill_file < 0 || events_file < 0) fail(argv[1]);

    struct clone_args arguments = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned long long)directory };
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child < 0) fail("clone3");
    if (child == 0) {
        setsid();
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, 0);
        dup2(nothing, 1);
        execv(argv[2], argv + 2);
        fail(argv[2]);
    }
    wait_for_line();

    char events[128] = "";
    long long began = nanoseconds();
    if (write(kill_file, "1", 1) != 1) fail("cgroup.kill");
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) { }
    if (pread(events_file, events, sizeof events - 1, 0) < 0) fail("cgroup.events");
    long long took = nanoseconds() - began;
    printf("%lld\n", strstr(events, "populated 0") ? took : -1);
    fflush(stdout);
    close(directory);
    return rmdir(argv[1]) == 0 ? 0 : 1;
}
