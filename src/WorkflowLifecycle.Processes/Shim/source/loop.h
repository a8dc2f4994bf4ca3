#ifndef SHIM_LOOP_H
#define SHIM_LOOP_H

/* Runs until there is nothing left to do or to witness. */
void loop_run(void);

#endif
