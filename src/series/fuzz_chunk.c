/* Images of chunks and roll-ups from a damaged or hostile file: decoding gives ordered rows or nothing, and
 * what was decoded encodes to something that decodes to the same. The first byte chooses. */
#include "base/clock.h"
#include "base/rc.h"
#include "rollup.h"
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const SeriesRow *a, const SeriesRow *b)
{
    bool value = memcmp(&a->v, &b->v, 8) == 0 || (isnan(a->v) && isnan(b->v));
    return a->t == b->t && a->q == b->q && value;
}

static void chunk(const uint8_t *data, size_t size)
{
    static SeriesRow rows[CHUNK_ROWS_MAX], back[CHUNK_ROWS_MAX];
    static uint8_t image[CHUNK_IMAGE_MAX];
    int n = chunk_decode(data, size, rows, NULL);
    if (n < 0) return;
    for (int i = 1; i < n; i++) ENSURE(rows[i - 1].t < rows[i].t);
    size_t len = chunk_encode(rows, (size_t)n, image);
    ENSURE(chunk_decode(image, len, back, NULL) == n);
    for (int i = 0; i < n; i++) ENSURE(same(&rows[i], &back[i]));
}

static void rollup(const uint8_t *data, size_t size, int64_t width)
{
    static SeriesStep steps[ROLL_STEPS_MAX];
    int n = roll_decode(data, size, civil_day_start(20000), width, steps);
    for (int i = 0; i < n; i++) {
        ENSURE(steps[i].last_t >= steps[i].t && steps[i].last_t < steps[i].t + width && steps[i].count > 0);
        ENSURE(i == 0 || steps[i - 1].t < steps[i].t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    if (data[0] % 3 == 0) chunk(data + 1, size - 1);
    else rollup(data + 1, size - 1, data[0] % 3 == 1 ? MS_HOUR : MS_MINUTE);
    return 0;
}
