/* Frames of devices as their codecs write them, and the readings in them: pure functions of device, frame and
 * reading, so that they can be made before the clock starts and summed for the read-back. Point numbers of
 * the bench run through the kinds: a kind's points begin at first_point, device after device. */
#pragma once
#include "base/ctx.h"
#include "workload.h"

typedef struct DeviceFrame {
    uint32_t device, n; /* n: of the device's frames */
    int64_t t;
} DeviceFrame;

typedef struct DeviceKind {
    const char *name;
    uint32_t devices, points; /* points of one device = readings of one frame */
    /* Source key of a point; NULL: it is addressed by its code. */
    void (*source)(uint32_t device, uint32_t k, char out[64]);
    double (*value)(const DeviceFrame *f, uint32_t k);
    void (*frame)(Arena *arena, const DeviceFrame *f, StrBuf *out);
    /* Of what the server sent: length of the first whole frame, 0: not all of it is there. NULL: no answers.
     */
    long (*cut)(Str bytes, const char **code);
    bool (*confirms)(Arena *arena, Str frame);
} DeviceKind;

enum { DEVICE_HJ212, DEVICE_GB26875, DEVICE_JT808, DEVICE_MQTT, DEVICE_KINDS };
extern const DeviceKind device_kinds[DEVICE_KINDS];

uint32_t device_first_point(int kind);
uint32_t device_points(void); /* of all kinds */
