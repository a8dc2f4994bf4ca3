#include "output.h"
#include "control.h"
#include "shim.h"
#include "spec.h"

enum { CHUNK = 65536, CHUNKS_PER_TURN = 4, CHUNKS_AT_THE_END = 32, REOPEN_AFTER = SECOND };

struct stream {
    const char *name;
    i32 program_fd, read_end, write_end, file;
    u64 written, reopen_at;
};

static struct stream streams[OUTPUT_STREAMS] = {
    { "stdout.log", 1, -1, -1, -1, 0, 0 },
    { "stderr.log", 2, -1, -1, -1, 0, 0 },
};
static char chunk[CHUNK];

static long open_file(struct stream *stream)
{
    /* Not blocking: the program may have put a FIFO in the file's place, and nobody must make the shim wait. */
    stream->file = (i32)open_at(FD_RUN_DIRECTORY, stream->name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (stream->file < 0) return stream->file;
    long end = sys3(lseek, stream->file, 0, SEEK_END);
    stream->written = end > 0 ? (u64)end : 0;
    return 0;
}

long output_open(void)
{
    for (u32 i = 0; i < OUTPUT_STREAMS; i++) {
        i32 ends[2];
        long result = open_file(&streams[i]);
        if (result < 0) return result;
        result = sys2(pipe2, ends, O_CLOEXEC);
        if (result < 0) return result;
        streams[i].read_end = ends[0];
        streams[i].write_end = ends[1];
        /* Only our end: the program's own must block as it expects. */
        sys3(fcntl, ends[0], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

long output_give_to_program(void)
{
    for (u32 i = 0; i < OUTPUT_STREAMS; i++) {
        if (streams[i].write_end < 0) continue;
        long result = sys3(dup3, streams[i].write_end, streams[i].program_fd, 0);
        if (result < 0) return result;
    }
    return 0;
}

void output_let_go_of_program_ends(void)
{
    for (u32 i = 0; i < OUTPUT_STREAMS; i++) close_fd(&streams[i].write_end);
}

i32 output_pipe(u32 stream)
{
    return streams[stream].read_end;
}

static void numbered(char *name, size capacity, const char *base, u32 number)
{
    struct line line = { name, 0, capacity - 1 };
    line_text(&line, base);
    if (number > 0) {
        line_text(&line, ".");
        line_number(&line, number);
    }
    name[line.length] = 0;
}

static void rotate(struct stream *stream)
{
    char from[32], to[32];
    for (u32 i = spec.output_keep; i > 0; i--) {
        numbered(from, sizeof from, stream->name, i - 1);
        numbered(to, sizeof to, stream->name, i);
        sys4(renameat, FD_RUN_DIRECTORY, from, FD_RUN_DIRECTORY, to);
    }
    close_fd(&stream->file);
    open_file(stream);
}

static void drop(struct stream *stream)
{
    shim.output_dropped = 1;
    if (stream->file < 0) stream->reopen_at = monotonic() + REOPEN_AFTER;
}

static void keep(struct stream *stream, const char *bytes, size length)
{
    if (stream->file < 0 && monotonic() >= stream->reopen_at) open_file(stream);
    while (length > 0) {
        if (stream->written >= spec.output_cap) rotate(stream);
        /* A rotation that could not begin a new file must not grow the old one past its cap. */
        if (stream->file < 0 || stream->written >= spec.output_cap) {
            drop(stream);
            return;
        }
        u64 room = spec.output_cap - stream->written;
        long n = sys3(write, stream->file, bytes, length < room ? length : room);
        if (n == -E_INTR) continue;
        if (n <= 0) {
            drop(stream);
            return;
        }
        stream->written += (u64)n;
        bytes += n;
        length -= (size)n;
    }
}

static void drain(struct stream *stream, u32 chunks)
{
    while (stream->read_end >= 0 && chunks-- > 0) {
        long n = read_fd(stream->read_end, chunk, sizeof chunk);
        if (n == -E_AGAIN) return;
        if (n <= 0) {
            /* Nobody can write any more: a file that is removed now gives its room back at once. */
            close_fd(&stream->read_end);
            close_fd(&stream->file);
            return;
        }
        shim.last_output_boottime_ns = clock_ns(CLOCK_BOOTTIME);
        if (!shim.output_seen) {
            shim.output_seen = 1;
            control_tell_output();
        }
        keep(stream, chunk, (size)n);
    }
}

void output_drain(u32 stream)
{
    drain(&streams[stream], CHUNKS_PER_TURN);
}

void output_drain_rest(void)
{
    for (u32 i = 0; i < OUTPUT_STREAMS; i++) drain(&streams[i], CHUNKS_AT_THE_END);
}
