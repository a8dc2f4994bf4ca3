/* The program's output to capped, rotated files. The program never waits for the disk: what can't be written is dropped and flagged. */
#ifndef SHIM_OUTPUT_H
#define SHIM_OUTPUT_H

#include "types.h"

enum { OUTPUT_STREAMS = 2 };

/* Makes the pipes and opens the files. Returns 0 or -errno. */
long output_open(void);

/* In the child: puts the write ends on 1 and 2. */
long output_give_to_program(void);

/* In the shim, after the clone. */
void output_let_go_of_program_ends(void);

/* The read end to poll, or -1. */
i32 output_pipe(u32 stream);

/* Reads a bounded amount and writes it to the stream's file. */
void output_drain(u32 stream);

/* Everything that is in the pipes just now, still bounded: a stranger who holds an end could write for ever. */
void output_drain_rest(void);

#endif
