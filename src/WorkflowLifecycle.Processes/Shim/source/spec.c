#include "spec.h"
#include "shim.h"

enum {
    SPEC_MAGIC = 0x31534C57, SPEC_MAGIC_HARDENED = 0x32534C57, SPEC_HEADER = 64, SPEC_HEADER_LEAST_HARDENED = 56, ABOVE_MOST = 8, SPEC_HEADER_LEAST = 28, SPEC_MOST = 64 << 20,
    OUTPUT_KEEP_MOST = 100, FREEZE_LEASE_DEFAULT_MS = 2000
};
#define OUTPUT_CAP_DEFAULT (16UL << 20)

struct spec_header {
    u32 magic, version, flags, header_size, total_size, argc, envc, leftover_grace_ms;
    u64 output_cap;
    u32 output_keep, freeze_lease_max_ms;
    u32 hardening;
    u16 hidden_above, kept_above;
    u64 reserved;
};

struct spec spec;

static char *strings_memory;
static size strings_size;
static char **pointers_memory;
static size pointers_size;

static void *map(size length)
{
    long at = sys6(mmap, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at < 0 && at > -4096 ? NULL : (void *)at;
}

static long read_exactly(void *buffer, size length, size offset)
{
    char *at = buffer;
    while (length > 0) {
        long n = sys4(pread64, FD_SPEC, at, length, offset);
        if (n == -E_INTR) continue;
        if (n < 0) return n;
        if (n == 0) return -E_INVAL;
        at += n;
        length -= (size)n;
        offset += (size)n;
    }
    return 0;
}

/* Takes the next string, or NULL when none ends inside the block. */
static char *next_string(char **at, const char *end)
{
    char *start = *at;
    for (char *c = start; c < end; c++) {
        if (*c) continue;
        *at = c + 1;
        return start;
    }
    return NULL;
}

static long split_strings(void)
{
    char *at = strings_memory;
    const char *end = strings_memory + strings_size;
    spec.program = next_string(&at, end);
    spec.directory = spec.program ? next_string(&at, end) : NULL;
    if (!spec.directory || spec.program[0] != '/' || spec.directory[0] != '/') return -E_INVAL;

    spec.argv = pointers_memory;
    spec.envp = pointers_memory + spec.argc + 1;
    for (u32 i = 0; i < spec.argc; i++)
        if (!(spec.argv[i] = next_string(&at, end))) return -E_INVAL;
    for (u32 i = 0; i < spec.envc; i++)
        if (!(spec.envp[i] = next_string(&at, end))) return -E_INVAL;
    return at == end ? 0 : -E_INVAL;
}

long spec_read(void)
{
    struct spec_header header;
    memset(&header, 0, sizeof header);
    long error = read_exactly(&header, SPEC_HEADER_LEAST, 0);
    if (error) return error;
    /* A magic number of its own: a shim that knows nothing of hardening refuses such a specification instead of ignoring what it asks. */
    int hardened = header.magic == SPEC_MAGIC_HARDENED;
    if (header.magic != SPEC_MAGIC && !hardened) return -E_INVAL;
    if (header.version < 1 || header.header_size < (hardened ? SPEC_HEADER_LEAST_HARDENED : SPEC_HEADER_LEAST)) return -E_INVAL;
    if (header.total_size <= header.header_size || header.total_size > SPEC_MOST || header.argc < 1) return -E_INVAL;

    /* A shorter header is an older writer: what it does not have stays zero. */
    size known = header.header_size < SPEC_HEADER ? header.header_size : SPEC_HEADER;
    error = read_exactly(&header, known, 0);
    if (error) return error;

    if (hardened != (header.hardening != 0) || header.hidden_above > ABOVE_MOST || header.kept_above > ABOVE_MOST) return -E_INVAL;
    if (header.hardening & ~(u32)HARDEN_KNOWN) return -E_NOTSUP;

    spec.flags = header.flags;
    spec.hardening = header.hardening;
    spec.hidden_above = header.hidden_above;
    spec.kept_above = header.kept_above;
    spec.argc = header.argc;
    spec.envc = header.envc;
    spec.leftover_grace_ms = header.leftover_grace_ms;
    spec.output_cap = header.output_cap ? header.output_cap : OUTPUT_CAP_DEFAULT;
    spec.output_keep = header.output_keep ? header.output_keep : 1;
    if (spec.output_keep > OUTPUT_KEEP_MOST) spec.output_keep = OUTPUT_KEEP_MOST;
    spec.freeze_lease_max_ms = header.freeze_lease_max_ms ? header.freeze_lease_max_ms : FREEZE_LEASE_DEFAULT_MS;

    /* Each string takes a byte at least, so a count above the block's size lies; this also bounds the pointers. */
    strings_size = header.total_size - header.header_size;
    if ((u64)spec.argc + spec.envc + 2 > strings_size) return -E_INVAL;
    pointers_size = ((u64)spec.argc + spec.envc + 2) * sizeof(char *);
    strings_memory = map(strings_size);
    pointers_memory = map(pointers_size);
    if (!strings_memory || !pointers_memory) return -E_NOMEM;
    error = read_exactly(strings_memory, strings_size, header.header_size);
    return error ? error : split_strings();
}

void spec_forget_strings(void)
{
    if (strings_memory) sys2(munmap, strings_memory, strings_size);
    if (pointers_memory) sys2(munmap, pointers_memory, pointers_size);
    strings_memory = NULL;
    pointers_memory = NULL;
}
