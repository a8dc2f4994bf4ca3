#include "namespace.h"
#include "proc.h"
#include "records.h"
#include "shim.h"

enum { WORD_PLACE = 0, SIGNALS_PLACE = 1, ROOT_REAPED = 'r' };

/* What the starter says before it leaves. */
struct born { i32 init_pid, root_pid; u32 join, stage; i32 error; };

static i32 word = -1;   /* write end of the pipe to the init; its end of file is the shim's death */
static u8 own_users;

int namespace_has_its_own_users(void) { return own_users; }

static void __attribute__((noreturn)) leave(void)
{
    for (;;) sys1(exit_group, 0);
}

static void collect_orphans(int *nobody)
{
    long pid;
    do pid = sys4(wait4, -1, 0, WNOHANG | ALL_CHILDREN, 0); while (pid > 0 || pid == -E_INTR);
    *nobody = pid == -E_CHILD;
}

/* The first process of the namespace. No signal from inside reaches it, and it holds nothing that those inside could take. */
static void __attribute__((noreturn)) init_main(i32 listen)
{
    u64 child = 1UL << (SIGCHLD - 1);
    int root_is_gone = 0, nobody = 0;
    sys5(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    sys5(prctl, PR_SET_NAME, "wl-init", 0, 0, 0);
    sys0(setsid);
    sys1(chdir, "/");
    sys3(dup3, listen, WORD_PLACE, O_CLOEXEC);
    for (i32 fd = WORD_PLACE + 1; fd < FD_FIRST_STRAY; fd++) sys1(close, fd);
    proc_close_descriptors(FD_FIRST_STRAY);
    sys4(signalfd4, -1, &child, 8, O_NONBLOCK | O_CLOEXEC);
    for (;;) {
        collect_orphans(&nobody);
        if (root_is_gone && nobody) leave();
        struct pollfd polled[] = { { SIGNALS_PLACE, POLLIN, 0 }, { WORD_PLACE, POLLIN, 0 } };
        sys5(ppoll, polled, root_is_gone ? 1 : 2, NULL, NULL, 0);
        char signals[128 * 4];
        if (polled[0].revents) read_fd(SIGNALS_PLACE, signals, sizeof signals);
        if (!polled[1].revents) continue;
        u8 said = 0;
        if (read_fd(WORD_PLACE, &said, 1) != 1 || said != ROOT_REAPED) leave();
        root_is_gone = 1;
    }
}

static void write_own(const char *file, const char *text)
{
    i32 fd = (i32)proc_open_own_for_writing(file);
    if (fd >= 0) write_all(fd, text, text_length(text));
    close_fd(&fd);
}

static void map_one(const char *file, u32 id)
{
    char text[40];
    struct line line = { text, 0, sizeof text - 1 };
    line_number(&line, id);
    line_text(&line, " ");
    line_number(&line, id);
    line_text(&line, " 1");
    text[line.length] = 0;
    write_own(file, text);
}

/* Everybody keeps the number that he has outside; others show as nobody. The files belong to root while we are undumpable. */
static long unshare_with_users(void)
{
    u32 gid = (u32)sys0(getegid);
    long error = sys1(unshare, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS);
    if (error) return error;
    own_users = 1;
    sys5(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    write_own("setgroups", "deny");
    map_one("gid_map", gid);
    map_one("uid_map", shim.uid);
    sys5(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    return (u32)sys0(geteuid) == shim.uid && (u32)sys0(getegid) == gid ? 0 : -E_PERM;
}

/* Returns once the init has let go of all that it inherited: the end of the program's pipe must be that of the program alone. */
static long clone_init(i32 listen)
{
    i32 ends[2];
    u8 nothing;
    long error = sys2(pipe2, ends, O_CLOEXEC);
    if (error) return error;
    long init = sys6(clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0, 0);
    if (init == 0) init_main(listen);
    sys1(close, ends[1]);
    if (init > 0) read_fd(ends[0], &nothing, sizeof nothing);
    sys1(close, ends[0]);
    return init;
}

static void give_birth(struct born *born, program_clone clone_program, i32 listen)
{
    born->stage = STAGE_PID_NAMESPACE;
    long error = sys1(unshare, CLONE_NEWPID | CLONE_NEWNS);
    if (error == -E_PERM) error = unshare_with_users();
    if (!error) {
        long init = clone_init(listen);
        if (init > 0) born->init_pid = (i32)init;
        else error = init;
    }
    if (!error) {
        long root = clone_program(CLONE_PARENT, &born->join);
        if (root > 0) born->root_pid = (i32)root;
        else {
            born->stage = shim.has_cgroup && root != -E_AGAIN && root != -E_NOMEM ? STAGE_CGROUP : STAGE_CLONE;
            error = root;
        }
    }
    born->error = (i32)-error;
}

/*
 * Whoever unshares a PID namespace stays outside and can never do so again, and one with users changes who it is: so not the shim itself,
 * but a starter, whose children the kernel gives to the shim. It lives for a few system calls, so the shim waits for it.
 */
static long run_starter(struct born *born, program_clone clone_program, i32 listen)
{
    i32 ends[2];
    long error = sys2(pipe2, ends, O_CLOEXEC);
    if (error) return error;
    long starter = sys6(clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (starter == 0) {
        sys1(close, word);
        give_birth(born, clone_program, listen);
        write_all(ends[1], born, sizeof *born);
        leave();
    }
    sys1(close, ends[1]);
    if (starter > 0) {
        if (read_fd(ends[0], born, sizeof *born) != sizeof *born) error = -E_CANCELED;
        while (sys4(wait4, starter, 0, ALL_CHILDREN, 0) == -E_INTR) { }
    }
    else error = starter;
    sys1(close, ends[0]);
    return error;
}

long namespace_clone(program_clone clone_program, u32 *join, u32 *stage)
{
    i32 ends[2];
    struct born born = { 0, 0, 0, STAGE_PID_NAMESPACE, 0 };
    *stage = STAGE_CLONE;
    long error = sys2(pipe2, ends, O_CLOEXEC);
    if (error) return error;
    word = ends[1];
    error = run_starter(&born, clone_program, ends[0]);
    sys1(close, ends[0]);
    shim.init_pid = born.init_pid;
    *join = born.join;
    if (!error && born.error) {
        *stage = born.stage;
        error = -born.error;
    }
    if (error) {
        namespace_undo();
        return error;
    }
    journal_number("namespace", "init", (u64)shim.init_pid);
    return born.root_pid;
}

void namespace_root_reaped(void)
{
    u8 said = ROOT_REAPED;
    if (word >= 0) sys3(write, word, &said, 1);
    close_fd(&word);
}

int namespace_kill(void)
{
    if (shim.init_pid == 0) return 0;
    sys2(kill, shim.init_pid, SIGKILL);
    return 1;
}

void namespace_undo(void)
{
    close_fd(&word);
    if (!namespace_kill()) return;
    while (sys4(wait4, shim.init_pid, 0, ALL_CHILDREN, 0) == -E_INTR) { }
    shim.init_pid = 0;
}
