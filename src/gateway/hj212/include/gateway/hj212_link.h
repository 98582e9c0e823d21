/* HJ 212 as a module of the program: listens for data loggers, off until an address is configured. */
#pragma once
#include "gateway/link.h"

typedef struct Hj212Options {
    LinkListen listen;
    const char *flags; /* data flags to quality: HJ212_FLAGS_DEFAULT */
    bool lenient_crc;  /* frames whose CRC is made the Modbus way are taken, and told as a fault of the device
                        */
    bool ack_qnrtn;    /* CP of our answers is QnRtn=1 instead of empty */
    bool set_time;     /* 1013 is answered with 1012, too: the device's clock is set */
} Hj212Options;

extern const Module gateway_hj212;
/* Before kernel_open; texts live as long as the program. RC_INVALID: a setting is wrong. */
Rc gateway_hj212_configure(Ctx *ctx, const Hj212Options *o);
/* The port it listens on; 0: off. */
int gateway_hj212_port(void);
