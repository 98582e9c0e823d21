/* Frames that were taken lately, so that one that comes again (its answer was lost) gives its readings the
 * same times as before: the store then keeps one reading, not two. Times cannot simply be worked out anew,
 * because readings of one second are told apart by the order of their arrival, and readings without a time of
 * their own have that of the first arrival.
 *
 * Bounded: FRAMES_KEPT frames of a gateway; used by one thread. */
#pragma once
#include "gateway/sink.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAMES_KEPT = 8192 };

typedef struct FrameMemory FrameMemory;
FrameMemory *frame_memory_new(void);
void frame_memory_free(FrameMemory **m);

/* A frame is being taken. hash: of the device and all of the frame's content. true: the same came at most
 * window_ms before now; otherwise it is remembered as new. now is a monotonic or wall time in ms. */
bool frame_memory_begin(FrameMemory *m, uint64_t hash, int64_t now, int64_t window_ms);
/* The next reading of the frame begun: true and its time when the frame is known, false when it is to be
 * worked out and noted. */
bool frame_memory_known(FrameMemory *m, int64_t *t);
void frame_memory_note(FrameMemory *m, int64_t t);

/* A sink in front of another that gives the readings of the frame begun their times: known ones again; of new
 * ones those without a time that of the arrival, those on a whole second what spread says (so that several
 * readings of a source in a second stay apart), others their own. */
typedef struct FrameTimes {
    FrameMemory *memory;
    ReadingSink under;
    int64_t arrival;
    int64_t (*spread)(void *ud, uint64_t key_hash, int64_t t);
    void *ud;
} FrameTimes;
/* f lives as long as the sink is used. Of the sink only source and reject are for use. */
ReadingSink frame_times_sink(FrameTimes *f);
