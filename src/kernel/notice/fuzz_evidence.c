/* Evidence: whatever the bytes are, telling their kind reads nothing beside them, and whatever the name is,
 * what comes of it is valid, short, without a path, and ends as its kind ends. */
#include "notice/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Str bytes = str_copy(a, str_n((const char *)data, size));
    const EvidenceType *type = evidence_type_of(bytes);
    if (!type) type = &evidence_types[size % evidence_ntypes];
    if (str_utf8_ok(bytes)) {
        Str name = evidence_name(a, bytes, type);
        ENSURE(name.n && str_utf8_ok(name) && str_utf8_len(name) <= EVIDENCE_NAME_MAX);
        ENSURE(!memchr(name.p, '/', name.n) && !memchr(name.p, '\\', name.n) && !memchr(name.p, 0, name.n));
        ENSURE(name.p[0] != '.' && memchr(name.p, '.', name.n));
    }
    arena_free(&a);
    return 0;
}
