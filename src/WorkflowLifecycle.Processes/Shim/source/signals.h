/* Signals on request. SIGNO reaches each process once and is followed by SIGCONT where a stopped process would sit on it. */
#ifndef SHIM_SIGNALS_H
#define SHIM_SIGNALS_H

#include "tree.h"

struct signal_count signals_to_root(i32 signo);
struct signal_count signals_to_tree(i32 signo);

#endif
