#include "signals.h"
#include "freeze.h"
#include "shim.h"

/* What these do does not wait for the process to run, or is that it stops. */
static int is_followed_by_continue(i32 signo)
{
    return signo != SIGKILL && signo != SIGSTOP && signo != SIGCONT && signo != SIGTSTP && signo != SIGTTIN && signo != SIGTTOU;
}

/* The root program's number is its own until the shim reaps it, so a plain kill is exact. */
static struct signal_count to_root(i32 signo, int then_continue)
{
    struct signal_count result = { 0, 0, 0 };
    long error = shim.root_pid > 0 && !shim.root_reaped ? sys2(kill, shim.root_pid, signo) : -E_SRCH;
    if (error) {
        result.failed = 1;
        result.first_errno = (i32)-error;
        return result;
    }
    result.signalled = 1;
    if (then_continue) sys2(kill, shim.root_pid, SIGCONT);
    return result;
}

typedef struct signal_count (*sender)(i32 signo, int then_continue);

/*
 * Where stop signals hold the tree, SIGCONT ends the freeze. All have the signal pending before the first of them runs again, and children
 * go on before their parents; who had been stopped by somebody else goes on last.
 */
static struct signal_count send(sender to, i32 signo)
{
    int continues = is_followed_by_continue(signo);
    if (!freeze_is_by_signals() || (!continues && signo != SIGCONT)) return to(signo, continues);
    struct signal_count result = { 0, 0, 0 };
    if (continues) result = to(signo, 0);
    freeze_end(-E_AGAIN);
    struct signal_count continued = to(SIGCONT, 0);
    return continues ? result : continued;
}

struct signal_count signals_to_root(i32 signo)
{
    return send(to_root, signo);
}

struct signal_count signals_to_tree(i32 signo)
{
    return send(tree_signal, signo);
}
