/* GB/T 26875.3 as a module of the program: listens for user information transmission devices, off until an
 * address is configured. */
#pragma once
#include "gateway/link.h"

typedef struct Gb26875Options {
    LinkListen listen;
} Gb26875Options;

extern const Module gateway_gb26875;
/* Before kernel_open; texts live as long as the program. */
void gateway_gb26875_configure(const Gb26875Options *o);
/* The port it listens on; 0: off. */
int gateway_gb26875_port(void);
