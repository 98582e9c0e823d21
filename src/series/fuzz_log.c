/* Records of a damaged or hostile log. The first 6 bytes are the numbers of readings and notes, the rest is a
 * body whose checksum is made right, so that the parser behind it is reached; heads are tried as they are. */
#include "base/rc.h"
#include "base/strmap.h"
#include "log_record.h"
#include "wire.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void body(const Record *rec, const uint8_t *p)
{
    Reading *r = malloc((rec->readings + 1u) * sizeof *r);
    SeriesNote *notes = malloc((rec->notes + 1u) * sizeof *notes);
    if (!r || !notes) abort();
    if (record_get_body(rec, p, r, notes)) {
        for (uint32_t i = 0; i < rec->readings; i++) ENSURE(r[i].point > 0 && r[i].q < 4);
        for (uint32_t i = 0; i < rec->notes; i++)
            ENSURE((const uint8_t *)notes[i].bytes.p >= p && notes[i].bytes.n <= rec->len);
    }
    free(r);
    free(notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Record rec;
    if (size >= RECORD_HEAD) record_get_head(data, &rec);
    if (size < 6) return 0;
    rec = (Record){.readings = get_u32(data), .notes = get_u16(data + 4), .len = (uint32_t)(size - 6)};
    if ((uint64_t)rec.readings * 3 + rec.notes * 2u > rec.len) return 0; /* record_get_head refuses it */
    rec.body_crc = crc32c(0, data + 6, rec.len);
    body(&rec, data + 6);
    rec.old = true;
    body(&rec, data + 6);
    return 0;
}
