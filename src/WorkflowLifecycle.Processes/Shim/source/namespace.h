/*
 * A PID namespace for the run. Its first process is a small init of the shim's, which collects orphans; the program is the second one.
 * Both are the shim's own children: exit codes and signals work as without. When the init dies the kernel ends all others.
 */
#ifndef SHIM_NAMESPACE_H
#define SHIM_NAMESPACE_H

#include "types.h"

/* Clones the program with FLAGS; does not return in the child. Returns its number, or -errno. */
typedef long (*program_clone)(u64 flags, u32 *join);

/* Makes the namespace and clones the program in it. Returns the program's number, or -errno with the stage. */
long namespace_clone(program_clone clone_program, u32 *join, u32 *stage);

/* The program was collected: the init leaves once nobody else is in there. */
void namespace_root_reaped(void);

/* Ends everybody in the namespace. Returns 1 when there is one. */
int namespace_kill(void);

/* Ends it and collects the init; for a launch that failed. */
void namespace_undo(void);

/* In the child: the namespace came with one of users, because only so could it be had. */
int namespace_has_its_own_users(void);

#endif
