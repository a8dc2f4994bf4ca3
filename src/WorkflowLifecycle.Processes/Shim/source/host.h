/* The dead-man's switch. */
#ifndef SHIM_HOST_H
#define SHIM_HOST_H

/* The pidfd of the host is readable. */
void host_died(void);

/* End of file on the host channel: the host's death where there is no pidfd, else only the end of a conversation. */
void host_channel_closed(void);

#endif
