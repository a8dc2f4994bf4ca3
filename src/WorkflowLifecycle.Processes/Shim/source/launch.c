#include "launch.h"
#include "cgroup.h"
#include "hardening.h"
#include "namespace.h"
#include "output.h"
#include "proc.h"
#include "shim.h"
#include "spec.h"

enum { NOTE_CGROUP = 'C', NOTE_FAILURE = 'F', HEARD_MOST = 4200 };
enum joins { JOIN_NONE, JOIN_BY_CLONE, JOIN_BY_ITSELF };

/* What the child says of a failure; a success is said by the close-on-exec pipe's end of file alone. */
struct failure { u8 note, unused[3]; u32 stage; i32 error; };

static i32 result_pipe = -1, telling_end = -1;
static char heard[HEARD_MOST];
static size heard_length;

static void __attribute__((noreturn)) child_fail(i32 pipe, u32 stage, long error)
{
    struct failure failure = { NOTE_FAILURE, { 0, 0, 0 }, stage, (i32)-error };
    write_all(pipe, &failure, sizeof failure);
    for (;;) sys1(exit_group, 127);
}

/* A host such as .NET ignores SIGPIPE, and "ignored" is inherited through exec: the program gets every default back. */
static void restore_signals(void)
{
    struct { u64 handler, flags, restorer, mask; } standard = { 0, 0, 0, 0 };
    u64 none = 0;
    for (i32 signo = 1; signo <= LAST_SIGNAL; signo++)
        if (signo != SIGKILL && signo != SIGSTOP) sys4(rt_sigaction, signo, &standard, 0, 8);
    sys4(rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

/*
 * The child knows best in which cgroup it was born: nobody has had the time to move it. The note is written in any case: where it is missing,
 * the child was killed before its first instruction (Linux 6.14 and later do that to a clone into a cgroup that was killed before).
 */
static void tell_cgroup(i32 pipe)
{
    char text[4160];
    long n = proc_cgroup_path(0, text + 1, sizeof text - 2);
    if (n < 0) n = 0;
    text[0] = NOTE_CGROUP;
    text[n + 1] = '\n';
    write_all(pipe, text, (size)n + 2);
}

static void __attribute__((noreturn)) child_main(i32 pipe, enum joins join)
{
    long result;
    if (join == JOIN_BY_ITSELF) {
        result = write_all(cgroup_join_descriptor(), "0", 1);
        if (result) child_fail(pipe, STAGE_CGROUP, result);
    }
    if (join != JOIN_NONE) tell_cgroup(pipe);
    result = sys0(setsid);
    if (result < 0) child_fail(pipe, STAGE_SESSION, result);
    result = output_give_to_program();
    if (result < 0) child_fail(pipe, STAGE_STDIO, result);
    if (shim.hardening) {
        u32 stage;
        result = hardening_change_mounts(&stage);
        if (result < 0) child_fail(pipe, stage, result);
    }
    sys1(umask, shim.program_umask);
    result = sys1(chdir, spec.directory);
    if (result < 0) child_fail(pipe, STAGE_CHDIR, result);
    restore_signals();
    if (spec.hardening) {
        u32 stage;
        result = hardening_restrict(&stage);
        if (result < 0) child_fail(pipe, stage, result);
    }
    /* All of the shim's descriptors close on exec, which also makes the program dumpable again: until then nobody may look in. */
    result = sys3(execve, spec.program, spec.argv, spec.envp);
    child_fail(pipe, STAGE_EXEC, result);
}

/* Old kernels lack clone3 or its cgroup flag, and some sandboxes answer EPERM to calls they do not know. */
static int clone3_is_missing(long error)
{
    return error == -E_NOSYS || error == -E_INVAL || error == -E_2BIG || error == -E_PERM;
}

static long clone_child(u64 flags, u32 *join)
{
    *join = JOIN_NONE;
    if (shim.has_cgroup) {
        struct clone_arguments arguments;
        memset(&arguments, 0, sizeof arguments);
        arguments.flags = CLONE_INTO_CGROUP | flags;
        /* A sibling inherits it, and the kernel wants that said so. */
        arguments.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD;
        arguments.cgroup = FD_CGROUP;
        *join = JOIN_BY_CLONE;
        long pid = sys2(clone3, &arguments, sizeof arguments);
        if (pid >= 0 || !clone3_is_missing(pid)) return pid;
        *join = JOIN_BY_ITSELF;
    }
    return sys6(clone, flags | SIGCHLD, 0, 0, 0, 0, 0);
}

static long clone_program(u64 flags, u32 *join)
{
    long pid = clone_child(flags, join);
    if (pid == 0) child_main(telling_end, (enum joins)*join);
    return pid;
}

/* From here on only the tree holds the other ends of the program's standard streams, so that their readers see its end. */
static void let_go_of_standard_streams(void)
{
    i32 null = (i32)open_at(AT_FDCWD, "/dev/null", 2, 0);
    for (i32 fd = 0; fd <= 2; fd++)
        if (null < 0 || sys3(dup3, null, fd, O_CLOEXEC) < 0) sys3(dup3, FD_RUN_DIRECTORY, fd, O_CLOEXEC);
    close_fd(&null);
}

long launch_begin(u32 *stage)
{
    i32 ends[2];
    u32 join, namespace_stage = 0;
    *stage = STAGE_CLONE;
    long result = sys2(pipe2, ends, O_CLOEXEC);
    if (result < 0) return result;
    sys3(fcntl, ends[0], F_SETFL, O_NONBLOCK);
    telling_end = ends[1];
    long pid = spec.hardening & HARDEN_PID_NAMESPACE ? namespace_clone(clone_program, &join, &namespace_stage) : clone_program(0, &join);
    close_fd(&telling_end);
    if (pid < 0) {
        sys1(close, ends[0]);
        if (namespace_stage) *stage = namespace_stage;
        else if (shim.has_cgroup && pid != -E_AGAIN && pid != -E_NOMEM) *stage = STAGE_CGROUP;
        return pid;
    }
    shim.root_pid = (i32)pid;
    shim.in_cgroup = join;
    result_pipe = ends[0];
    let_go_of_standard_streams();
    output_let_go_of_program_ends();
    spec_forget_strings();
    return 0;
}

i32 launch_pipe(void)
{
    return result_pipe;
}

enum launch_results launch_result(u32 *stage, i32 *error)
{
    for (;;) {
        long n = read_fd(result_pipe, heard + heard_length, sizeof heard - heard_length);
        if (n == -E_AGAIN) return LAUNCH_PENDING;
        if (n <= 0) break;
        heard_length += (size)n;
    }
    close_fd(&result_pipe);

    size at = 0;
    if (heard_length > 0 && heard[0] == NOTE_CGROUP) {
        while (at < heard_length && heard[at] != '\n') at++;
        if (at < heard_length) cgroup_set_path(heard + 1, at - 1);
        at++;
    }
    else if (shim.in_cgroup == JOIN_BY_CLONE && !shim.ending) {
        *stage = STAGE_CGROUP;
        *error = E_CANCELED;
        return LAUNCH_FAILED;
    }
    struct failure failure;
    if (at + sizeof failure > heard_length || heard[at] != NOTE_FAILURE) return LAUNCH_STARTED;
    memcpy(&failure, heard + at, sizeof failure);
    *stage = failure.stage;
    *error = failure.error;
    return LAUNCH_FAILED;
}
