#include "mounts.h"
#include "proc.h"
#include "shim.h"

enum { LINE_MOST = 8192, TEXT_MOST = 65536 };

static char text[TEXT_MOST];
static size text_used;

/* The kernel writes space, tab, newline and backslash as a backslash and three octal digits. */
static const char *keep_path(const char *at)
{
    char *start = text + text_used;
    while (*at && *at != ' ') {
        if (text_used + 2 > sizeof text) return NULL;
        if (at[0] == '\\' && at[1] && at[2] && at[3]) {
            text[text_used++] = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
            at += 4;
        }
        else text[text_used++] = *at++;
    }
    text[text_used++] = 0;
    return start;
}

static long read_mount(const char *line, const char **paths, long count)
{
    const char *type = text_find(line, " - ");
    if (!type || (!text_starts(type, " - cgroup ") && !text_starts(type, " - cgroup2 "))) return count;
    for (u32 field = 0; field < 4; field++) {
        line = text_find(line, " ");
        if (!line) return -E_INVAL;
        line++;
    }
    if (count == CGROUP_MOUNTS_MOST || !(paths[count] = keep_path(line))) return -E_2BIG;
    return count + 1;
}

long mounts_find_cgroups(const char *paths[CGROUP_MOUNTS_MOST])
{
    char line[LINE_MOST];
    size length = 0;
    long count = 0, n;
    i32 file = (i32)proc_open_own("mountinfo");
    if (file < 0) return file;
    text_used = 0;
    while (count >= 0 && (n = read_fd(file, line + length, sizeof line - 1 - length)) != 0) {
        if (n < 0) count = n;
        else length += (size)n;
        size start = 0;
        for (size at = 0; at < length && count >= 0; at++) {
            if (line[at] != '\n') continue;
            line[at] = 0;
            count = read_mount(line + start, paths, count);
            start = at + 1;
        }
        length -= start;
        memmove(line, line + start, length);
        if (length == sizeof line - 1) count = -E_2BIG;
    }
    close_fd(&file);
    return count;
}
