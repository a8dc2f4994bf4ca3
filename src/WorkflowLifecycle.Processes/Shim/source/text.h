/* Memory and text without a libc: bounded, never overrunning, cut rather than overflow. */
#ifndef SHIM_TEXT_H
#define SHIM_TEXT_H

#include "types.h"

void *memcpy(void *to, const void *from, size length);
void *memmove(void *to, const void *from, size length);
void *memset(void *to, int value, size length);
int memcmp(const void *a, const void *b, size length);

size text_length(const char *text);
int text_starts(const char *text, const char *prefix);
int text_equal(const char *a, const char *b);
const char *text_find(const char *text, const char *part);
u64 text_number(const char *text);

/* A line that grows to its capacity and then stops. */
struct line { char *at; size length, capacity; };

void line_text(struct line *line, const char *text);
void line_number(struct line *line, u64 number);
void line_signed(struct line *line, i64 number);
void line_hex(struct line *line, const u8 *bytes, size length);
void line_pair(struct line *line, const char *key, u64 number, const char *after);

#endif
