/* The tables of shape.h as JSON Schema. Units stand in "x-unit", the key of a default in "x-default-key". */
#include "shape.h"

static void object_schema(JsonOut *out, const Shape *shape, Lang lang);

static void limits(JsonOut *out, const Member *m)
{
    if (m->type == M_LIST) {
        jout_kf(out, "minItems", m->min);
        jout_kf(out, "maxItems", m->max > 0 ? m->max : RISK_MAX_LIST);
        return;
    }
    if ((m->type != M_NUM && m->type != M_INT) || (m->min == 0 && m->max == 0 && !(m->flags & M_ABOVE)))
        return;
    jout_kf(out, m->flags & M_ABOVE ? "exclusiveMinimum" : "minimum", m->min);
    if (m->max > m->min) jout_kf(out, "maximum", m->max);
}

static void default_schema(JsonOut *out, const Member *m)
{
    if (!m->fallback) return;
    const RiskDefault *d = risk_default_find(m->fallback);
    if (d->text) jout_kz(out, "default", d->text);
    else jout_kf(out, "default", d->value);
    jout_kz(out, "x-default-key", d->key);
    jout_kz(out, "x-default-mark", risk_mark_name(d->source.mark));
}

static void member_schema(JsonOut *out, const Member *m, Lang lang)
{
    static const char *const types[] = {
        [M_NUM] = "number",   [M_INT] = "integer",   [M_TEXT] = "string", [M_CHOICE] = "string",
        [M_FLAG] = "boolean", [M_OBJECT] = "object", [M_LIST] = "array"};
    jout_open(out);
    jout_kz(out, "type", types[m->type]);
    if (m->about.zh) jout_kz(out, "description", text_in(m->about, lang));
    if (m->unit) jout_kz(out, "x-unit", m->unit);
    limits(out, m);
    default_schema(out, m);
    if (m->type == M_TEXT) {
        jout_ki(out, "minLength", 1);
        jout_ki(out, "maxLength", 400);
    }
    if (m->choices) {
        jout_key(out, "enum");
        jout_open_array(out);
        for (size_t i = 0; m->choices[i]; i++) jout_z(out, m->choices[i]);
        jout_close_array(out);
    }
    if (m->type == M_OBJECT) object_schema(out, m->shape, lang);
    if (m->type == M_LIST) {
        jout_key(out, "items");
        member_schema(out, m->item, lang);
    }
    jout_close(out);
}

/* The members of an open object schema. */
static void object_schema(JsonOut *out, const Shape *shape, Lang lang)
{
    jout_kb(out, "additionalProperties", false);
    jout_key(out, "required");
    jout_open_array(out);
    for (size_t i = 0; i < shape->n; i++)
        if (shape->members[i].flags & M_REQUIRED) jout_z(out, shape->members[i].name);
    jout_close_array(out);
    jout_key(out, "properties");
    jout_open(out);
    for (size_t i = 0; i < shape->n; i++) {
        jout_key(out, shape->members[i].name);
        member_schema(out, &shape->members[i], lang);
    }
    jout_close(out);
}

void shape_schema(JsonOut *out, const Shape *shape, const char *title, Lang lang)
{
    jout_open(out);
    jout_kz(out, "$schema", "https://json-schema.org/draft/2020-12/schema");
    jout_kz(out, "title", title);
    jout_kz(out, "type", "object");
    object_schema(out, shape, lang);
    jout_close(out);
}
