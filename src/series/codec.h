/* The two codecs of a chunk: times and values. Pure: no memory, no clock. One Codec is the state of an
 * encoder or of a decoder; after decoding a chunk it is exactly the state with which its encoder may go on.
 * Formats: docs/series.md. */
#pragma once
#include "bits.h"
#include "series/series.h"

/* How a chunk holds its values: 0…CODEC_DECIMALS scaled integers of that many decimals, or XOR of
 * neighbouring doubles. */
enum { CODEC_DECIMALS = 12, CODEC_XOR = 15 };
/* The most bits one reading can take: 16 + 6 + 63 for the time, 19 + 2 for q, 19 + 64 for the value. */
enum { CODEC_READING_BYTES = 24 };

typedef struct Codec {
    int64_t t;       /* last time */
    uint64_t v;      /* last scaled integer, or the bits of the last double */
    uint64_t word;   /* of the encoder: the bits of the word that is not full yet */
    uint32_t period; /* expected step in units */
    uint32_t delta;  /* last step in units, UINT32_MAX: does not fit */
    uint32_t bit;    /* bits written */
    uint32_t tmean, vmean;
    uint16_t count;
    uint8_t mode, unit; /* unit: 0 milliseconds, 1 seconds */
    uint8_t q;
    uint8_t lead, sig; /* the XOR window; sig 0: none */
    /* Of whoever keeps the chunk (open.h), here because there is room; codec_start clears them. */
    uint8_t raws;
    bool side, ahead, latest_main;
} Codec;
_Static_assert(sizeof(Codec) == 56, "with two indices a cache line");

/* Starts an empty chunk with its first time. */
void codec_start(Codec *c, int64_t t, uint8_t mode, uint8_t unit);

/* Bits go through a BitsOut that begins where the codec stands; `to` is the place of the word at hand. */
static inline BitsOut codec_out(const Codec *c, uint8_t *to)
{
    return (BitsOut){c->word, to, c->bit};
}
static inline void codec_keep(Codec *c, const BitsOut *o)
{
    c->word = o->word;
    c->bit = o->bit;
}

/* Times ascend and are multiples of the unit; the first is not written. */
bool codec_time_fits(const Codec *c, int64_t t);
void codec_time_put(Codec *c, BitsOut *out, int64_t t);
int64_t codec_time_get(Codec *c, BitsIn *in);

/* Always lossless except that every NaN becomes the same one. false: the value fits the chunk's decimals.
 * true: it cost a raw escape, and the caller may want to choose another mode. */
bool codec_value_put(Codec *c, BitsOut *out, double v, uint8_t q);
double codec_value_get(Codec *c, BitsIn *in, uint8_t *q);
/* The least number of decimals that gives v back bit by bit, CODEC_XOR when none does (also for NaN,
 * infinities and -0). */
uint8_t codec_value_decimals(double v);
/* v as an integer of d decimals, false when it does not read back the same. */
bool codec_value_scale(double v, uint8_t d, int64_t *n);
double codec_value_unscale(int64_t n, uint8_t d);
