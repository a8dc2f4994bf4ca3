/* The integer types and limits that every part shares. There is no libc here, so nothing comes from its headers. */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;
typedef unsigned long size;

#define NULL ((void *)0)
#define NEVER (~0UL)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define MICROSECOND 1000UL
#define MILLISECOND 1000000UL
#define SECOND 1000000000UL

enum errors {
    E_PERM = 1, E_NOENT = 2, E_SRCH = 3, E_INTR = 4, E_2BIG = 7, E_BADF = 9, E_CHILD = 10, E_AGAIN = 11, E_NOMEM = 12, E_ACCES = 13,
    E_BUSY = 16, E_NODEV = 19, E_INVAL = 22, E_NFILE = 23, E_MFILE = 24, E_PIPE = 32, E_NOSYS = 38, E_BADMSG = 74,
    E_NOTSUP = 95, E_NOBUFS = 105, E_TIMEDOUT = 110, E_ALREADY = 114, E_CANCELED = 125
};

#endif
