/*
 * Makes a tree of processes of a chosen nastiness, every one of them named MARK, and tells when it stands.
 *
 *   forest KIND COUNT MARK READY [CGROUP_PROCS]
 *
 * KIND: see kinds below. COUNT: processes, the root included. MARK: at most 15 characters, the name each process carries.
 * READY: a file that is made once all of them are there. CGROUP_PROCS: for walkers, the file through which they leave.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WALKERS_OF_TEN = 3, CHURN_AT_ONCE = 8 };

static const char *mark, *elsewhere;
static int announce[2];

static void fail(const char *what)
{
    fprintf(stderr, "forest: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void here(void)
{
    if (write(announce[1], "+", 1) != 1) fail("announce");
}

static void nap(long microseconds)
{
    struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };
    nanosleep(&time, NULL);
}

static void rest(void)
{
    for (;;) pause();
}

static void plain(int index)
{
    (void)index;
    here();
    rest();
}

static void daemonize(int index)
{
    (void)index;
    if (fork() > 0) _exit(0);
    setsid();
    if (fork() > 0) _exit(0);
    plain(index);
}

static void stop(int index)
{
    (void)index;
    here();
    raise(SIGSTOP);
    rest();
}

static void hop(int index)
{
    (void)index;
    here();
    for (;;) {
        nap(1000);
        if (fork() > 0) _exit(0);
    }
}

/* Never more than a few children each: a storm that is to be ended, not one that takes the machine. */
static void churn(int index)
{
    unsigned state = (unsigned)index * 2654435761u + 1;
    int children = 0;
    signal(SIGCHLD, SIG_DFL);
    here();
    for (;;) {
        if (children == CHURN_AT_ONCE && waitpid(-1, NULL, 0) > 0) children--;
        while (waitpid(-1, NULL, WNOHANG) > 0) children--;
        state = state * 1103515245u + 12345;
        pid_t child = fork();
        if (child == 0) {
            if (state & 0x10000) setsid();
            nap(state >> 20);
            _exit(0);
        }
        if (child > 0) children++;
    }
}

static void scrub(int index)
{
    char descriptor[16];
    (void)index;
    snprintf(descriptor, sizeof descriptor, "%d", announce[1]);
    char *arguments[] = { "x", "--rest", (char *)mark, descriptor, NULL };
    char *environment[] = { NULL };
    execve("/proc/self/exe", arguments, environment);
    fail("exec");
}

static void walk(int index)
{
    if (index % 10 < WALKERS_OF_TEN) {
        int file = open(elsewhere, O_WRONLY | O_CLOEXEC);
        if (file < 0 || write(file, "0", 1) != 1) fail(elsewhere);
        close(file);
        daemonize(index);
    }
    plain(index);
}

static const struct kind { const char *name; void (*live)(int); int deaf; } kinds[] = {
    { "plain", plain, 0 }, { "deaf", plain, 1 }, { "daemons", daemonize, 0 }, { "stopped", stop, 0 }, { "hoppers", hop, 0 },
    { "storm", churn, 0 }, { "scrubbed", scrub, 0 }, { "walkers", walk, 0 },
};

static void grow(const struct kind *kind, int count)
{
    for (int index = 1; index < count; index++) {
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child == 0) {
            signal(SIGCHLD, SIG_DFL);
            kind->live(index);
        }
    }
    for (int seen = 1; seen < count;) {
        char bytes[256];
        ssize_t n = read(announce[0], bytes, sizeof bytes);
        if (n <= 0) fail("wait");
        seen += (int)n;
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--rest") == 0) {
        prctl(PR_SET_NAME, argv[2]);
        announce[1] = atoi(argv[3]);
        plain(0);
    }
    if (argc < 5) {
        fprintf(stderr, "usage: forest KIND COUNT MARK READY [CGROUP_PROCS]\n");
        return 2;
    }
    mark = argv[3];
    elsewhere = argc > 5 ? argv[5] : NULL;
    prctl(PR_SET_NAME, mark);
    if (pipe(announce) != 0) fail("pipe");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, argv[1]) != 0) continue;
        if (kinds[i].deaf) signal(SIGTERM, SIG_IGN);
        signal(SIGCHLD, SIG_IGN);
        grow(&kinds[i], atoi(argv[2]));
        int ready = open(argv[4], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (ready < 0) fail(argv[4]);
        close(ready);
        rest();
    }
    fprintf(stderr, "forest: no such kind: %s\n", argv[1]);
    return 2;
}
