/* What outlives the shim: the records `exit` and `empty`, and the journal. */
#ifndef SHIM_RECORDS_H
#define SHIM_RECORDS_H

#include "types.h"

enum { WALKERS_JOURNALLED = 64 };

void journal_open(void);
void journal_event(const char *event);
void journal_number(const char *event, const char *key, u64 number);
void journal_numbers(const char *event, const char *key, u64 number, const char *key2, u64 number2);
void journal_signal(u32 signo, u32 scope, u32 signalled, u32 failed);
void journal_end(const u8 kill_id[16]);

/* Marks a record as due; records_write puts it on the disk, now or when the disk takes it again. */
void records_exit_is_due(void);
void records_empty_is_due(void);
void records_write(u64 now);

/* Nothing is due any more. */
int records_are_written(void);
u64 records_retry_at(void);

#endif
