#include "text.h"

/* The compiler may turn any copy or clear into a call of these four, whatever the source says. */
void *memcpy(void *to, const void *from, size length)
{
    char *t = to;
    const char *f = from;
    while (length-- > 0) *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size length)
{
    char *t = to;
    const char *f = from;
    if (t <= f) return memcpy(to, from, length);
    while (length-- > 0) t[length] = f[length];
    return to;
}

void *memset(void *to, int value, size length)
{
    char *t = to;
    while (length-- > 0) *t++ = (char)value;
    return to;
}

int memcmp(const void *a, const void *b, size length)
{
    const u8 *x = a, *y = b;
    for (; length > 0; length--, x++, y++)
        if (*x != *y) return *x - *y;
    return 0;
}

size text_length(const char *text)
{
    size length = 0;
    while (text[length]) length++;
    return length;
}

int text_starts(const char *text, const char *prefix)
{
    while (*prefix)
        if (*text++ != *prefix++) return 0;
    return 1;
}

int text_equal(const char *a, const char *b)
{
    return text_starts(a, b) && text_length(a) == text_length(b);
}

const char *text_find(const char *text, const char *part)
{
    for (; *text; text++)
        if (text_starts(text, part)) return text;
    return NULL;
}

/* Leading digits; stops before it would overflow. */
u64 text_number(const char *text)
{
    u64 number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (number > (NEVER - 9) / 10) return NEVER;
        number = number * 10 + (u64)(*text - '0');
    }
    return number;
}

static void line_bytes(struct line *line, const char *bytes, size length)
{
    size room = line->capacity - line->length;
    if (length > room) length = room;
    memcpy(line->at + line->length, bytes, length);
    line->length += length;
}

void line_text(struct line *line, const char *text)
{
    line_bytes(line, text, text_length(text));
}

void line_number(struct line *line, u64 number)
{
    char digits[20];
    size at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10); while ((number /= 10) > 0);
    line_bytes(line, digits + at, sizeof digits - at);
}

void line_signed(struct line *line, i64 number)
{
    if (number < 0) line_text(line, "-");
    line_number(line, number < 0 ? 0UL - (u64)number : (u64)number);
}

void line_hex(struct line *line, const u8 *bytes, size length)
{
    static const char hex[] = "0123456789abcdef";
    for (size i = 0; i < length; i++) {
        char pair[2] = { hex[bytes[i] >> 4], hex[bytes[i] & 15] };
        line_bytes(line, pair, 2);
    }
}

void line_pair(struct line *line, const char *key, u64 number, const char *after)
{
    line_text(line, key);
    line_text(line, "=");
    line_number(line, number);
    line_text(line, after);
}
