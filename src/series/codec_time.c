/* Times of a chunk. A step is compared with a sticky period instead of with the step before: the period
 * changes only when the same step comes twice, so a reading that is one second late costs two short codes,
 * not three. Residuals go through an adaptive Rice code. All arithmetic wraps, so hostile bytes give strange
 * times, never undefined behaviour. */
#include "codec.h"
#include "base/clock.h"

static int64_t unit_ms(const Codec *c)
{
    return c->unit ? MS_SECOND : 1;
}

void codec_start(Codec *c, int64_t t, uint8_t mode, uint8_t unit)
{
    *c = (Codec){.t = t, .mode = mode, .unit = unit, .delta = UINT32_MAX, .tmean = 0, .vmean = 48};
}

bool codec_time_fits(const Codec *c, int64_t t)
{
    return c->unit == 0 || t % MS_SECOND == 0;
}

static void note(Codec *c, uint64_t step)
{
    uint32_t delta = step < UINT32_MAX ? (uint32_t)step : UINT32_MAX;
    if (delta != UINT32_MAX && delta == c->delta) c->period = delta;
    c->delta = delta;
}

static uint64_t first_step(Codec *c, uint64_t step)
{
    c->period = step < UINT32_MAX ? (uint32_t)step : 0;
    c->delta = c->period;
    return step;
}

void codec_time_put(Codec *c, BitsOut *out, int64_t t)
{
    uint64_t step = ((uint64_t)t - (uint64_t)c->t) / (uint64_t)unit_ms(c);
    c->t = t;
    if (c->count == 1) {
        bits_put_wide(out, first_step(c, step));
        return;
    }
    uint64_t residual = zigzag((int64_t)(step - c->period));
    if (!rice_put(out, &c->tmean, residual, RICE_SPEED)) {
        bits_put_wide(out, residual);
        rice_note(&c->tmean, residual, RICE_SPEED);
    }
    note(c, step);
}

int64_t codec_time_get(Codec *c, BitsIn *in)
{
    uint64_t step;
    if (c->count == 1) {
        step = first_step(c, bits_get_wide(in));
    } else {
        uint64_t residual;
        if (!rice_get(in, &c->tmean, &residual, RICE_SPEED)) {
            residual = bits_get_wide(in);
            rice_note(&c->tmean, residual, RICE_SPEED);
        }
        step = c->period + (uint64_t)unzigzag(residual);
        note(c, step);
    }
    c->t = (int64_t)((uint64_t)c->t + step * (uint64_t)unit_ms(c));
    return c->t;
}
