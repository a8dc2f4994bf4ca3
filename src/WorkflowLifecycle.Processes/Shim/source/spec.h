#ifndef SHIM_SPEC_H
#define SHIM_SPEC_H

#include "types.h"

struct spec {
    u32 flags, argc, envc, leftover_grace_ms, output_keep, freeze_lease_max_ms, hardening, hidden_above, kept_above;
    u64 output_cap;
    const char *program, *directory;
    char **argv, **envp;
};

extern struct spec spec;

/* Returns 0 or -errno; -EINVAL for a specification that does not add up. */
long spec_read(void);

/* The strings hold the program's environment: they go as soon as the program has its own copy. */
void spec_forget_strings(void);

#endif
