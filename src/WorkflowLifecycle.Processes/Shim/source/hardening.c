#include "hardening.h"
#include "landlock.h"
#include "namespace.h"
#include "shim.h"
#include "spec.h"

enum { MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_BIND = 4096, MS_REC = 16384, MS_SLAVE = 1 << 19, MNT_DETACH = 2, ATTR_RDONLY = 1, PATH_MOST = 2048 };

/* What is mounted outside later is still seen inside; what is mounted inside stays inside. Fails where the root is no mount point (chroot). */
static long separate_mounts(void)
{
    return sys5(mount, NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
}

/* Seen by doing, in a child that does nothing else: capabilities alone don't tell what a container's filter lets through. */
static int mounts_can_be_changed(void)
{
    i32 status = 0;
    long child = sys6(clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0) {
        long result = sys1(unshare, CLONE_NEWNS);
        if (!result) result = separate_mounts();
        for (;;) sys1(exit_group, result == 0 ? 0 : 1);
    }
    if (child < 0) return 0;
    while (sys4(wait4, child, &status, ALL_CHILDREN, 0) == -E_INTR) { }
    return status == 0;
}

long hardening_check(u32 *stage)
{
    shim.hardening = spec.hardening;
    if (spec.hardening & HARDEN_LANDLOCK) {
        *stage = STAGE_LANDLOCK;
        long abi = landlock_version();
        if (abi < 0) return abi;
        shim.landlock_abi = (u32)abi;
    }
    if (spec.hardening & HARDEN_PID_NAMESPACE || (spec.hardening & HARDEN_LANDLOCK && mounts_can_be_changed()))
        shim.hardening |= HARDENED_RUN_DIRECTORY;
    return 0;
}

/* Makes the directories of PATH that lie below its first AT bytes. */
static long make_directories(char *path, size at)
{
    for (; path[at]; at++) {
        size next = at + 1;
        while (path[next] && path[next] != '/') next++;
        char kept = path[next];
        path[next] = 0;
        long error = sys3(mkdirat, AT_FDCWD, path, 0700);
        path[next] = kept;
        if (error) return error;
        at = next - 1;
    }
    return 0;
}

/* The length of the path of the directory that is LEVELS above the one that PATH names; 0 for the root. */
static size length_above(const char *path, u32 levels)
{
    size length = text_length(path);
    for (; levels > 0 && length > 0; levels--)
        do length--; while (length > 0 && path[length] != '/');
    return length;
}

static long with_cut(char *path, size length, long (*act)(const char *path))
{
    char kept = path[length];
    path[length] = 0;
    long result = act(path);
    path[length] = kept;
    return result;
}

/* A mount point can't be renamed or removed, and who can't write to it can't close it to others either. Old kernels leave it writable. */
static long keep(const char *directory)
{
    struct { u64 set, clear, propagation, users; } read_only = { ATTR_RDONLY, 0, 0, 0 };
    long error = sys5(mount, directory, directory, NULL, MS_BIND | MS_REC, NULL);
    if (!error) error = sys5(mount_setattr, AT_FDCWD, directory, 0, &read_only, sizeof read_only);
    return error == -E_NOSYS ? 0 : error;
}

static long hide(const char *directory)
{
    return sys5(mount, "workflow-lifecycle", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700");
}

/*
 * An empty file system over the directory that holds the run directories, and in it the run's notify socket and critical directory alone.
 * The working directory stays in what is hidden, so both can still be named from there. The path is the kernel's: descriptors point into
 * the mounts that we have just left.
 */
static long hide_run_directory(void)
{
    char run[PATH_MOST];
    static const char notify[] = "/notify", critical[] = "/critical";
    long length = sys2(getcwd, run, sizeof run - sizeof critical);
    if (length < 0) return length;
    size hidden = length_above(run, spec.hidden_above), kept = length_above(run, spec.kept_above), end = text_length(run);
    if (run[0] != '/' || hidden == 0 || kept == 0) return -E_INVAL;

    long error = spec.kept_above > spec.hidden_above ? with_cut(run, kept, keep) : 0;
    if (!error) error = with_cut(run, hidden, hide);
    if (!error) error = make_directories(run, hidden);
    if (error) return error;
    memcpy(run + end, notify, sizeof notify);
    i32 file = (i32)open_at(AT_FDCWD, run, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (file < 0) return file;
    close_fd(&file);
    error = sys5(mount, "notify", run, NULL, MS_BIND, NULL);
    if (error) return error;

    /* A host that makes none has no critical sections. */
    memcpy(run + end, critical, sizeof critical);
    error = sys3(mkdirat, AT_FDCWD, run, 0700);
    if (!error) error = sys5(mount, "critical", run, NULL, MS_BIND, NULL);
    return error == -E_NOENT ? 0 : error;
}

/* Without it /proc would show the processes outside, by numbers that mean others inside. */
static long mount_own_proc(void)
{
    if (!namespace_has_its_own_users()) sys2(umount2, "/proc", MNT_DETACH);
    return sys5(mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

long hardening_change_mounts(u32 *stage)
{
    *stage = STAGE_MOUNTS;
    if (!(shim.hardening & HARDENED_RUN_DIRECTORY)) return 0;
    long error = spec.hardening & HARDEN_PID_NAMESPACE ? 0 : sys1(unshare, CLONE_NEWNS);
    if (!error) error = separate_mounts();
    if (!error) error = hide_run_directory();
    if (!error && spec.hardening & HARDEN_PID_NAMESPACE) error = mount_own_proc();
    return error;
}

long hardening_restrict(u32 *stage)
{
    *stage = STAGE_NO_NEW_PRIVS;
    if (spec.hardening & HARDEN_NO_NEW_PRIVS) {
        long error = sys5(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (error) return error;
    }
    *stage = STAGE_LANDLOCK;
    return spec.hardening & HARDEN_LANDLOCK ? landlock_restrict() : 0;
}
