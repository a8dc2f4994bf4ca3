#include "notify.h"
#include "control.h"
#include "messages.h"
#include "records.h"
#include "shim.h"

enum { DATAGRAMS_PER_TURN = 16 };

static i32 socket_fd = -1;
static u8 socket_bound;

long notify_open(void)
{
    socket_fd = (i32)sys3(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) return socket_fd;
    struct unix_address address = { AF_UNIX, "notify" };
    long error = sys3(bind, socket_fd, &address, sizeof address.family + sizeof "notify");
    socket_bound = error == 0;
    return error;
}

void notify_close(void)
{
    if (socket_bound) sys3(unlinkat, FD_RUN_DIRECTORY, "notify", 0);
    socket_bound = 0;
    close_fd(&socket_fd);
}

i32 notify_socket(void) { return socket_fd; }

/* Cut where a character ends: a continuation byte after the cut belongs to one that does not fit. */
static void remember_status(const char *text)
{
    size length = text_length(text);
    if (length > STATUS_TEXT_MOST) {
        length = STATUS_TEXT_MOST;
        while (length > STATUS_TEXT_MOST - 4 && ((u8)text[length] & 0xC0) == 0x80) length--;
    }
    memcpy(shim.status_text, text, length);
    shim.status_text_length = (u32)length;
}

/* The root program stays the one that was started, whatever the tree says; once in the journal is enough. */
static void ignore_main_pid(const char *number)
{
    static u8 told;
    if (!told) journal_number("notify-mainpid-ignored", "pid", text_number(number));
    told = 1;
}

static const char *value_of(const char *text, const char *name)
{
    return text_starts(text, name) ? text + text_length(name) : NULL;
}

static void assignment(const char *text)
{
    const char *value;
    if (text_equal(text, "READY=1")) {
        if (!shim.ready_seen) journal_event("notify-ready");
        shim.ready_seen = 1;
    }
    else if (text_equal(text, "STOPPING=1")) shim.stopping_seen = 1;
    else if (text_equal(text, "WATCHDOG=1")) shim.last_watchdog_boottime_ns = shim.last_notify_boottime_ns;
    else if ((value = value_of(text, "WATCHDOG_USEC="))) shim.watchdog_usec = text_number(value);
    else if ((value = value_of(text, "EXTEND_TIMEOUT_USEC="))) {
        shim.extend_usec = text_number(value);
        shim.extend_boottime_ns = shim.last_notify_boottime_ns;
    }
    else if ((value = value_of(text, "STATUS="))) remember_status(value);
    else if ((value = value_of(text, "MAINPID="))) ignore_main_pid(value);
}

static void remember(const char *text)
{
    char line[NOTIFY_MOST + 1];
    shim.last_notify_boottime_ns = clock_ns(CLOCK_BOOTTIME);
    while (*text) {
        size length = 0;
        while (*text && *text != '\n') line[length++] = *text++;
        line[length] = 0;
        if (*text) text++;
        assignment(line);
    }
}

void notify_receive(void)
{
    static char text[NOTIFY_MOST + 1];
    for (u32 i = 0; i < DATAGRAMS_PER_TURN; i++) {
        /*
         * No room for ancillary data is offered, so the kernel closes descriptors that came along at once, which is what the sender of
         * BARRIER=1 waits for, and they never take a place in our descriptor table.
         */
        long n = sys6(recvfrom, socket_fd, text, NOTIFY_MOST, MSG_DONTWAIT, 0, 0);
        if (n < 0) return;
        if (n == 0) continue;
        text[n] = 0;
        remember(text);
        control_tell_notify(text, (size)n);
    }
}
