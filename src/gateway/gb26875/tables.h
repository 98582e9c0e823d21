/* Names and sizes of the standard: data only, and how objects lie in application data. */
#pragma once
#include "gateway/gb26875.h"

typedef enum {
    OBJECT_UP,    /* the device sends it */
    OBJECT_READ,  /* the centre asks for it */
    OBJECT_ORDER, /* the centre orders it */
} Gb26875Direction;

typedef struct Gb26875Type {
    uint8_t type;
    uint8_t body;     /* bytes without the time; of a variable one without its text */
    int8_t length_at; /* ≥ 0: there stands the number of further bytes */
    bool time;        /* 6 bytes of time follow */
    uint8_t max;      /* objects in a frame */
    Gb26875Direction direction;
    Text name;
} Gb26875Type;
const Gb26875Type *gb26875_type(uint8_t type); /* NULL: unknown */

typedef struct Gb26875Object {
    const Gb26875Type *type;
    const unsigned char *body;
    size_t n;                  /* of the body */
    const unsigned char *time; /* NULL: none */
} Gb26875Object;

/* Goes over the objects of application data, which need not be checked before. */
typedef struct Gb26875Walk {
    const Gb26875Type *type;
    const unsigned char *p, *end;
    unsigned count, index;
} Gb26875Walk;
/* NULL, or the reason: unknown type, wrong count. */
const char *gb26875_walk(Str data, Gb26875Walk *w);
/* false: no further object; *why tells whether the data ends where it should (then NULL). */
bool gb26875_walk_next(Gb26875Walk *w, Gb26875Object *out, const char **why);

typedef struct Gb26875Bit {
    Text on, off; /* off.zh NULL: not worth a word */
} Gb26875Bit;
enum { SYSTEM_BITS = 14, COMPONENT_BITS = 9, DEVICE_BITS = 7, OPERATION_BITS = 7 };
extern const Gb26875Bit gb26875_system_bits[SYSTEM_BITS];
extern const Gb26875Bit gb26875_component_bits[COMPONENT_BITS];
extern const Gb26875Bit gb26875_device_bits[DEVICE_BITS];
extern const Gb26875Bit gb26875_operation_bits[OPERATION_BITS];        /* type 4 */
extern const Gb26875Bit gb26875_device_operation_bits[OPERATION_BITS]; /* type 24 */

typedef struct Gb26875Analogue {
    uint8_t type;
    double divisor; /* value = raw / divisor: exact where a factor of 0.1 is not */
    const char *unit;
    Text name;
} Gb26875Analogue;
const Gb26875Analogue *gb26875_analogue(uint8_t type); /* NULL: unknown */

const Text *gb26875_command_name(uint8_t command);
const Text *gb26875_system_name(uint8_t system);
const Text *gb26875_component_name(uint8_t type);

static inline unsigned gb26875_u16(const unsigned char *p)
{
    return p[0] | (unsigned)p[1] << 8;
}
