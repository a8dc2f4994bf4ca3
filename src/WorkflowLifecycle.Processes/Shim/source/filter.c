#include "filter.h"
#include "sys.h"

enum {
    SET_FILTER = 1, SPECULATION_STAYS = 4, X32_BIT = 0x40000000,
    LOAD_WORD = 0x20, AND = 0x54, JUMP_IF_EQUAL = 0x15, JUMP_IF_GREATER = 0x25, JUMP_IF_AT_LEAST = 0x35, ANSWER = 0x06
};
#define ALLOWED 0x7fff0000U
#define ERROR_ANSWER 0x00050000U

struct instruction { u16 code; u8 if_true, if_false; u32 value; };
struct program { u16 length; const struct instruction *instructions; };

/* These have one number on every architecture, so also for programs of the 32-bit ones. */
enum { OPEN_TREE = 428, FSPICK = 433, MOUNT_SETATTR = 442, OPEN_TREE_ATTR = 467 };

long filter_refuse_ways_around(void)
{
    static const struct instruction instructions[] = {
        { LOAD_WORD, 0, 0, 0 },
        { AND, 0, 0, ~(u32)X32_BIT },
        { JUMP_IF_EQUAL, 5, 0, SYS_clone3 },
        { JUMP_IF_EQUAL, 5, 0, MOUNT_SETATTR },
        { JUMP_IF_EQUAL, 4, 0, OPEN_TREE_ATTR },
        { JUMP_IF_AT_LEAST, 0, 1, OPEN_TREE },
        { JUMP_IF_GREATER, 0, 2, FSPICK },
        { ANSWER, 0, 0, ALLOWED },
        { ANSWER, 0, 0, ERROR_ANSWER | E_NOSYS },
        { ANSWER, 0, 0, ERROR_ANSWER | E_PERM },
    };
    struct program program = { COUNT_OF(instructions), instructions };
    return sys3(seccomp, SET_FILTER, SPECULATION_STAYS, &program);
}
