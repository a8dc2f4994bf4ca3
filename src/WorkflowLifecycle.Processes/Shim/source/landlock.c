#include "landlock.h"
#include "filter.h"
#include "mounts.h"
#include "shim.h"

enum {
    ABI_WITH_REFER = 2, ABI_WITH_SCOPES = 6, VERSION = 1, PATH_BENEATH = 1, WRITE_FILE = 1 << 1, REFER = 1 << 13, SCOPE_SIGNAL = 1 << 1,
    ENTRY_IS_LINK = 10
};

struct ruleset { u64 files, network, scopes; };
struct beneath { u64 rights; i32 fd; } __attribute__((packed));
struct directory_entry { u64 inode, offset; u16 length; u8 type; char name[]; };

static const char *cgroups[CGROUP_MOUNTS_MOST];
static u32 cgroup_count;

long landlock_version(void)
{
    long abi = sys3(landlock_create_ruleset, NULL, 0, VERSION);
    return abi < 0 || abi >= ABI_WITH_REFER ? abi : -E_NOTSUP;
}

static long allow(i32 ruleset, i32 fd, u64 rights)
{
    struct beneath rule = { rights, fd };
    return sys4(landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
}

static long allow_path(i32 ruleset, i32 directory, const char *path, u64 rights)
{
    i32 fd = (i32)open_at(directory, path, O_PATH | O_NOFOLLOW, 0);
    /* It is gone again, or this user can't get there anyway: nothing to allow. */
    if (fd < 0) return fd == -E_NOENT || fd == -E_ACCES ? 0 : fd;
    long error = allow(ruleset, fd, rights);
    close_fd(&fd);
    return error;
}

/* Whether NAME in the directory that is the first LENGTH bytes of PATH leads to a cgroup file system, or is one. */
static int leads_to_cgroups(const char *path, size length, const char *name)
{
    size name_length = text_length(name);
    for (u32 i = 0; i < cgroup_count; i++) {
        const char *at = cgroups[i];
        if (text_length(at) < length + 1 + name_length || memcmp(at, path, length) || at[length] != '/') continue;
        at += length + 1;
        if (!memcmp(at, name, name_length) && (at[name_length] == 0 || at[name_length] == '/')) return 1;
    }
    return 0;
}

static long allow_entries(i32 ruleset, i32 directory, const char *path, size length)
{
    char buffer[2048] __attribute__((aligned(8)));
    long n;
    while ((n = sys3(getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n;) {
            struct directory_entry *entry = (struct directory_entry *)(buffer + at);
            at += entry->length;
            /* What a link leads to is allowed where it lies, or not at all. */
            if (text_equal(entry->name, ".") || text_equal(entry->name, "..") || entry->type == ENTRY_IS_LINK) continue;
            if (leads_to_cgroups(path, length, entry->name)) continue;
            long error = allow_path(ruleset, directory, entry->name, WRITE_FILE);
            if (error) return error;
        }
    }
    return n;
}

/* Rights are inherited by everything below and can't be taken back there: so each directory above a cgroup file system is given by its entries. */
static long allow_all_in(i32 ruleset, const char *path, size length)
{
    char name[4096];
    if (length + 2 > sizeof name) return -E_2BIG;
    memcpy(name, path, length);
    name[length] = '/';
    name[length + 1] = 0;
    i32 directory = (i32)open_at(AT_FDCWD, name, O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0) return directory == -E_NOENT || directory == -E_ACCES ? 0 : directory;
    long error = allow_entries(ruleset, directory, path, length);
    close_fd(&directory);
    return error;
}

/* Whether an earlier path already led through the first LENGTH bytes of the one at INDEX. */
static int is_done(u32 index, size length)
{
    for (u32 i = 0; i < index; i++)
        if (text_length(cgroups[i]) > length && !memcmp(cgroups[i], cgroups[index], length) && cgroups[i][length] == '/') return 1;
    return 0;
}

static long allow_all_but_cgroups(i32 ruleset)
{
    if (cgroup_count == 0) return allow_path(ruleset, AT_FDCWD, "/", WRITE_FILE | REFER);
    long error = allow_path(ruleset, AT_FDCWD, "/", REFER);
    for (u32 i = 0; i < cgroup_count && !error; i++) {
        if (text_equal(cgroups[i], "/")) return -E_NOTSUP;
        for (size at = 0; cgroups[i][at] && !error; at++)
            if (cgroups[i][at] == '/' && !is_done(i, at)) error = allow_all_in(ruleset, cgroups[i], at);
    }
    return error;
}

/* Only a privileged process may restrict itself and still gain privileges later. */
static long restrict_self(i32 ruleset)
{
    long error = sys2(landlock_restrict_self, ruleset, 0);
    if (error != -E_PERM) return error;
    error = sys5(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return error ? error : sys2(landlock_restrict_self, ruleset, 0);
}

/* A second way to the same place, such as a bind mount of a parent, would undo it all: believed only when seen. */
static long check_the_cgroup_is_closed(void)
{
    i32 file = shim.has_cgroup ? (i32)open_at(FD_CGROUP, "cgroup.procs", O_WRONLY, 0) : -1;
    if (file < 0) return 0;
    close_fd(&file);
    return -E_NOTSUP;
}

long landlock_restrict(void)
{
    struct ruleset wanted = { WRITE_FILE | REFER, 0, SCOPE_SIGNAL };
    long count = mounts_find_cgroups(cgroups);
    if (count < 0) return count;
    cgroup_count = (u32)count;
    size known = shim.landlock_abi >= ABI_WITH_SCOPES ? sizeof wanted : sizeof wanted.files;
    i32 ruleset = (i32)sys3(landlock_create_ruleset, &wanted, known, 0);
    if (ruleset < 0) return ruleset;
    long error = allow_all_but_cgroups(ruleset);
    if (!error) error = restrict_self(ruleset);
    close_fd(&ruleset);
    if (!error) error = filter_refuse_ways_around();
    return error ? error : check_the_cgroup_is_closed();
}
