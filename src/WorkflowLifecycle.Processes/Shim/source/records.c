#include "records.h"
#include "shim.h"

enum { LINE_MOST = 512, JOURNAL_MOST = 1 << 20 };

static i32 journal_file = -1;
static u64 journal_size;
static u8 exit_due, empty_due;
static u64 retry_at = NEVER, retry_delay = 100 * MILLISECOND;

void journal_open(void)
{
    journal_file = (i32)open_at(FD_RUN_DIRECTORY, "journal", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    if (journal_file < 0) return;
    long end = sys3(lseek, journal_file, 0, SEEK_END);
    journal_size = end > 0 ? (u64)end : 0;
}

/* One write a line, so that a crash leaves whole lines; bounded, so that a client who repeats himself can't fill the disk. */
static void journal_line(struct line *line)
{
    if (journal_file < 0 || journal_size >= JOURNAL_MOST) return;
    line_text(line, "\n");
    if (write_all(journal_file, line->at, line->length) == 0) journal_size += line->length;
}

static struct line journal_begin(char *text, const char *event)
{
    struct line line = { text, 0, LINE_MOST };
    line_number(&line, clock_ns(CLOCK_REALTIME));
    line_text(&line, " ");
    line_text(&line, event);
    return line;
}

void journal_event(const char *event)
{
    char text[LINE_MOST];
    struct line line = journal_begin(text, event);
    journal_line(&line);
}

void journal_number(const char *event, const char *key, u64 number)
{
    char text[LINE_MOST];
    struct line line = journal_begin(text, event);
    line_text(&line, " ");
    line_pair(&line, key, number, "");
    journal_line(&line);
}

void journal_numbers(const char *event, const char *key, u64 number, const char *key2, u64 number2)
{
    char text[LINE_MOST];
    struct line line = journal_begin(text, event);
    line_text(&line, " ");
    line_pair(&line, key, number, " ");
    line_pair(&line, key2, number2, "");
    journal_line(&line);
}

void journal_signal(u32 signo, u32 scope, u32 signalled, u32 failed)
{
    char text[LINE_MOST];
    struct line line = journal_begin(text, "signal ");
    line_pair(&line, "signo", signo, " ");
    line_pair(&line, "scope", scope, " ");
    line_pair(&line, "count", signalled, " ");
    line_pair(&line, "failed", failed, "");
    journal_line(&line);
}

void journal_end(const u8 kill_id[16])
{
    char text[LINE_MOST];
    struct line line = journal_begin(text, "end kill_id=");
    line_hex(&line, kill_id, 16);
    journal_line(&line);
}

/*
 * Whole or not at all: a reader never sees half a record, whoever is killed meanwhile. Nothing is flushed to the disk: when the machine goes
 * down the tree goes with it, the run's row says so by the boot id alone, and nobody asks for these files any more.
 */
static long write_record(const char *name, const char *temporary, const struct line *line)
{
    sys3(unlinkat, FD_RUN_DIRECTORY, temporary, 0);
    i32 file = (i32)open_at(FD_RUN_DIRECTORY, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (file < 0) return file;
    long error = write_all(file, line->at, line->length);
    close_fd(&file);
    if (!error) error = sys4(renameat, FD_RUN_DIRECTORY, temporary, FD_RUN_DIRECTORY, name);
    if (error) sys3(unlinkat, FD_RUN_DIRECTORY, temporary, 0);
    return error;
}

static struct line record_begin(char *text)
{
    struct line line = { text, 0, LINE_MOST };
    line_text(&line, "run=");
    line_text(&line, shim.run_id);
    line_text(&line, "\n");
    return line;
}

static long write_exit(void)
{
    char text[LINE_MOST];
    struct line line = record_begin(text);
    line_pair(&line, "how", shim.exit.how, "\nstatus=");
    line_signed(&line, shim.exit.status);
    line_pair(&line, "\nrealtime_ns", shim.exit.realtime_ns, "\n");
    line_pair(&line, "boottime_ns", shim.exit.boottime_ns, "\n");
    line_pair(&line, "utime_us", shim.exit.utime_us, "\n");
    line_pair(&line, "stime_us", shim.exit.stime_us, "\n");
    line_pair(&line, "max_rss_kib", shim.exit.max_rss_kib, "\n");
    return write_record("exit", "exit.tmp", &line);
}

static long write_empty(void)
{
    char text[LINE_MOST];
    struct line line = record_begin(text);
    line_pair(&line, "proof", shim.end.proof, "\n");
    line_pair(&line, "sigkills", shim.end.sigkills, "\n");
    line_pair(&line, "leftovers", shim.end.leftovers, "\n");
    line_pair(&line, "walkers", shim.end.walkers, "\n");
    line_pair(&line, "ended_by", shim.end.ended_by, "\n");
    line_pair(&line, "realtime_ns", shim.end.realtime_ns, "\n");
    line_pair(&line, "boottime_ns", shim.end.boottime_ns, "\n");
    return write_record("empty", "empty.tmp", &line);
}

void records_exit_is_due(void) { exit_due = 1; retry_at = 0; }
void records_empty_is_due(void) { empty_due = 1; retry_at = 0; }

void records_write(u64 now)
{
    if (records_are_written() || now < retry_at) return;
    long error = exit_due ? write_exit() : 0;
    if (!error) {
        exit_due = 0;
        error = empty_due ? write_empty() : 0;
    }
    if (!error) empty_due = 0;
    /* A run directory that was removed wants no records any more. */
    if (error == -E_NOENT) exit_due = empty_due = 0;
    retry_at = error ? now + retry_delay : NEVER;
    if (error && retry_delay < 10 * SECOND) retry_delay *= 2;
}

int records_are_written(void)
{
    return !exit_due && !empty_due;
}

u64 records_retry_at(void)
{
    return records_are_written() ? NEVER : retry_at;
}
