/* The general reader of line protocol, after the grammar of InfluxDB 1.8:
 *     measurement[,tag=value…] field=value[,field=value…] [timestamp]
 * A backslash escapes comma and space in a measurement, comma, space and '=' in tags and field names; before
 * anything else it is itself. In quoted texts it escapes '"' and itself. Never reads past the line; every
 * list has a limit. */
#include "parse.h"
#include "base/num.h"
#include "base/rc.h"

typedef struct Cursor {
    const char *p, *end;
} Cursor;

static bool fault_at(LineFault *fault, Str field, const char *code)
{
    *fault = (LineFault){field, code};
    return false;
}

/* The text up to the first unescaped byte of `stops`; the cursor stays on it. */
static Str take_until(Cursor *c, const char *stops)
{
    const char *start = c->p;
    while (c->p < c->end) {
        if (*c->p == '\\' && c->p + 1 < c->end) {
            c->p += 2;
            continue;
        }
        if (strchr(stops, *c->p) && *c->p) break;
        c->p++;
    }
    return str_n(start, (size_t)(c->p - start));
}

static bool at(const Cursor *c, char byte)
{
    return c->p < c->end && *c->p == byte;
}

static void skip_spaces(Cursor *c)
{
    while (at(c, ' ')) c->p++;
}

/* Keeps tags sorted; false when the name is there already. */
static bool tag_insert(LineParts *out, LinePair tag)
{
    size_t i = out->ntags;
    while (i > 0) {
        int order = str_cmp(out->tags[i - 1].name, tag.name);
        if (order == 0) return false;
        if (order < 0) break;
        i--;
    }
    memmove(&out->tags[i + 1], &out->tags[i], (out->ntags - i) * sizeof out->tags[0]);
    out->tags[i] = tag;
    out->ntags++;
    return true;
}

static bool parse_tags(Cursor *c, LineParts *out, LineFault *fault)
{
    while (at(c, ',')) {
        c->p++;
        if (out->ntags == LINE_TAGS_MAX) return fault_at(fault, STR("tags"), REJECT_LIMIT);
        LinePair tag = {.name = take_until(c, "=, ")};
        if (tag.name.n == 0 || !at(c, '=')) return fault_at(fault, STR("tags"), REJECT_SYNTAX);
        c->p++;
        tag.value = take_until(c, "=, ");
        if (tag.value.n == 0 || at(c, '=')) return fault_at(fault, tag.name, REJECT_SYNTAX);
        if (!tag_insert(out, tag)) return fault_at(fault, tag.name, REJECT_REPEATED);
    }
    return true;
}

/* The closing quote of a text that starts after p, or NULL. */
static const char *text_end(const char *p, const char *end)
{
    while (p < end && *p != '"') p += *p == '\\' && p + 1 < end ? 2 : 1;
    return p < end ? p : NULL;
}

static bool is_bool(Str s, double *out)
{
    static const struct {
        const char *text;
        double v;
    } words[] = {{"t", 1}, {"T", 1}, {"true", 1},  {"True", 1},  {"TRUE", 1},
                 {"f", 0}, {"F", 0}, {"false", 0}, {"False", 0}, {"FALSE", 0}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(s, words[i].text)) {
            *out = words[i].v;
            return true;
        }
    return false;
}

static const char *parse_value(Str s, double *out)
{
    if (s.n == 0) return REJECT_REQUIRED;
    char last = s.p[s.n - 1];
    Str head = str_n(s.p, s.n - 1);
    int64_t i;
    uint64_t u;
    if (last == 'i') {
        if (!num_parse_i64(head, &i)) return REJECT_NUMBER;
        *out = (double)i;
        return NULL;
    }
    if (last == 'u') {
        if (!num_parse_u64(head, &u)) return REJECT_NUMBER;
        *out = (double)u;
        return NULL;
    }
    return num_parse_f64(s, false, out) || is_bool(s, out) ? NULL : REJECT_NUMBER;
}

static bool parse_field(Cursor *c, LineField *f, LineFault *fault)
{
    f->name = take_until(c, "=, ");
    if (f->name.n == 0 || !at(c, '=')) return fault_at(fault, STR("fields"), REJECT_SYNTAX);
    c->p++;
    if (!at(c, '"')) {
        f->code = parse_value(take_until(c, ", "), &f->v);
        return true;
    }
    const char *close = text_end(c->p + 1, c->end);
    if (!close) return fault_at(fault, f->name, REJECT_SYNTAX);
    c->p = close + 1;
    f->code = REJECT_TEXT;
    if (c->p < c->end && *c->p != ',' && *c->p != ' ') return fault_at(fault, f->name, REJECT_SYNTAX);
    return true;
}

static bool parse_fields(Cursor *c, LineParts *out, LineFault *fault)
{
    for (;;) {
        if (out->nfields == LINE_FIELDS_MAX) return fault_at(fault, STR("fields"), REJECT_LIMIT);
        LineField *f = &out->fields[out->nfields++];
        *f = (LineField){0};
        if (!parse_field(c, f, fault)) return false;
        if (!at(c, ',')) return true;
        c->p++;
    }
}

bool line_parse(Str line, LineParts *out, LineFault *fault)
{
    out->ntags = out->nfields = 0;
    for (size_t i = 0; i < line.n; i++)
        if ((unsigned char)line.p[i] < 0x20 && line.p[i] != '\n')
            return fault_at(fault, STR("line"), REJECT_SYNTAX);
    if (!str_utf8_ok(line)) return fault_at(fault, STR("line"), REJECT_SYNTAX);
    Cursor c = {line.p, line.p + line.n};
    out->measurement = take_until(&c, ", ");
    if (out->measurement.n == 0) return fault_at(fault, STR("measurement"), REJECT_REQUIRED);
    if (!parse_tags(&c, out, fault)) return false;
    skip_spaces(&c);
    if (c.p == c.end) return fault_at(fault, STR("fields"), REJECT_REQUIRED);
    if (!parse_fields(&c, out, fault)) return false;
    skip_spaces(&c);
    out->time = str_trim(str_n(c.p, (size_t)(c.end - c.p)));
    return true;
}

/* Walks to the '\n' outside quotes. A quote opens a text only right after '=' in the part behind the first
 * space. */
static const char *find_end_quoted(const char *p, const char *end)
{
    bool fields = false;
    for (; p < end && *p != '\n'; p++) {
        if (*p == '\\' && p + 1 < end && p[1] != '\n') {
            p++;
        } else if (*p == ' ') {
            fields = true;
        } else if (fields && *p == '=' && p + 1 < end && p[1] == '"') {
            p = text_end(p + 2, end);
            if (!p) return NULL;
        }
    }
    return p;
}

const char *line_find_end(const char *p, const char *end, const char **plain_until)
{
    const char *first = memchr(p, '\n', (size_t)(end - p));
    if (!first) first = end;
    if (*plain_until && p < *plain_until) return first;
    if (!memchr(p, '"', (size_t)(first - p))) return first;
    const char *limit = end - p > LINE_LENGTH_MAX ? p + LINE_LENGTH_MAX : end;
    const char *quoted = find_end_quoted(p, limit);
    if (quoted && (quoted < limit || quoted == end)) return quoted;
    *plain_until = limit;
    return first;
}

Str line_unescape(Str s, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n && strchr(",= ", s.p[i + 1])) i++;
        out[n++] = s.p[i];
    }
    return str_n(out, n);
}
