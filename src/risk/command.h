/* The commands of the library, one table a file. */
#pragma once
#include "shape.h"

/* Unit and source of a member of the answer. */
typedef struct Quantity {
    const char *name, *unit;
    RiskSource source;
} Quantity;

struct RiskCommand {
    const char *name;
    Text about;
    const Shape *in;
    /* in: the filled struct. Writes members of the open object. */
    Rc (*run)(Run *run, const void *in, JsonOut *out);
    const Quantity *quantities;
    size_t nquantities;
};

extern const RiskCommand command_lec, command_ls, command_mes, command_matrix, command_checklist;
extern const RiskCommand command_major_hazard;
extern const RiskCommand command_blast, command_fireball, command_pool_fire, command_plume, command_probit,
    command_plume_zones;
extern const RiskCommand command_region, command_dynamic;
extern const RiskCommand command_individual, command_fn, command_safe;

/* key and number rounded to nine digits; NAN: null. */
void out_num(JsonOut *out, const char *key, double v);
void out_colour(JsonOut *out, RiskColour c, Lang lang);
void out_source(JsonOut *out, const char *key, RiskSource s);
