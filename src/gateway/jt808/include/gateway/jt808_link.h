/* JT/T 808 as a module of the program: listens for vehicle terminals, off until an address is configured.
 * Needs the kernel service "jt808_judge" (gateway/jt808_judge.h). */
#pragma once
#include "gateway/link.h"

typedef struct Jt808Options {
    LinkListen listen;
    bool require_auth; /* positions only after a 0x0102 with the code this platform gave */
} Jt808Options;

extern const Module gateway_jt808;
/* Before kernel_open; texts live as long as the program. */
void gateway_jt808_configure(const Jt808Options *o);
/* The port it listens on; 0: off. */
int gateway_jt808_port(void);
