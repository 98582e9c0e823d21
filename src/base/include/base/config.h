/* One INI file. Every key is declared in a table with type, default, range and a sentence in both languages;
 * an unknown key, a repeated one or a bad value is refused with its line. `anlan config` prints the table as
 * a commented file. */
#pragma once
#include "base/ctx.h"
#include <stdint.h>

typedef enum { CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL } ConfigType;

typedef struct ConfigKey {
    const char *section, *name;
    ConfigType type;
    size_t offset;        /* of a const char *, int64_t or bool in the target struct */
    const char *fallback; /* as it would stand in the file */
    int64_t min, max;     /* for CONFIG_INT */
    Text help;            /* says the unit */
} ConfigKey;

/* Sets all fallbacks, then reads the file (NULL: none). Texts live in ctx's arena. RC_INVALID with the line.
 */
Rc config_load(Ctx *ctx, const char *file, const ConfigKey *keys, size_t n, void *target);
/* The documented sample file. */
void config_print(StrBuf *out, const ConfigKey *keys, size_t n, Lang lang);
