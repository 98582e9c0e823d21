/* From a message to readings. A message is refused whole, except a batch that can be read but has faulty
 * readings: those alone are. A retained reading counts only when it says its time: nobody knows how old the
 * others are, and a value of last year must not pass for one of now. */
#include "base/json.h"
#include "base/num.h"
#include "base/rc.h"
#include "gateway/binary.h"
#include "gateway/json.h"
#include "gateway/mqtt.h"

typedef struct One {
    int64_t t;
    double v;
    uint8_t q;
    const char *code;  /* NULL: good */
    const char *field; /* of the fault */
} One;

static bool fault(One *o, const char *field, const char *code)
{
    o->field = field;
    o->code = code;
    return false;
}

static bool take_time(One *o, const Json *j)
{
    bool ok = j->type == JSON_TEXT ? time_parse(j->s, false, &o->t) : json_i64(j, &o->t);
    return (ok && gateway_time_ok(o->t)) || fault(o, "t", REJECT_TIME);
}

static bool take_value(One *o, const Json *j)
{
    if (j->type == JSON_TEXT) return fault(o, "v", REJECT_TEXT);
    return json_f64(j, &o->v) || fault(o, "v", REJECT_NUMBER);
}

static bool take_quality(One *o, const Json *j)
{
    int64_t q;
    if (!json_i64(j, &q) || q < 0 || q > 2) return fault(o, "q", REJECT_QUALITY);
    o->q = (uint8_t)q;
    return true;
}

static const struct {
    const char *name;
    bool (*take)(One *o, const Json *j);
} members[] = {{"t", take_time}, {"v", take_value}, {"q", take_quality}};

static bool take_member(One *o, const Json *j)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (str_is(j->name, members[i].name)) return members[i].take(o, j);
    return fault(o, "", REJECT_UNKNOWN);
}

static void read_object(Arena *a, Str text, One *o)
{
    Ctx ctx;
    const Json *j;
    ctx_init(&ctx, a, LANG_EN);
    if (json_parse(&ctx, text, &j) < 0 || j->type != JSON_OBJECT) {
        fault(o, "", REJECT_SYNTAX);
        return;
    }
    JSON_EACH(m, j)
    if (!take_member(o, m)) return;
    if (!json_get(j, "v")) fault(o, "v", REJECT_REQUIRED);
}

static One read_one(Arena *a, Str payload)
{
    One o = {.t = TIME_NONE};
    Str text = str_trim(payload);
    if (payload.n > MQTT_VALUE_MAX) fault(&o, "", REJECT_LIMIT);
    else if (text.n == 0) fault(&o, "", MQTT_REFUSED_EMPTY);
    else if (text.p[0] == '{') read_object(a, text, &o);
    else if (text.p[0] == '"') fault(&o, "v", REJECT_TEXT);
    else if (!num_parse_f64(text, false, &o.v)) fault(&o, "v", REJECT_NUMBER);
    return o;
}

/* ---- Batches: what the codec says is counted, and times are filled in ---- */

typedef struct Counter {
    const ReadingSink *to;
    Arena *arena;
    int64_t arrival; /* TIME_NONE: readings without a time are refused */
    size_t taken, rejected, line;
    Str first;
} Counter;

static uint32_t counter_point(void *ud, Str code)
{
    const Counter *c = ud;
    return c->to->point(c->to->ud, code);
}

static void counter_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    const Counter *c = ud;
    c->to->points(c->to->ud, codes, n, out);
}

static bool counter_known(void *ud, uint32_t number)
{
    const Counter *c = ud;
    return c->to->known(c->to->ud, number);
}

static void counter_reject(void *ud, uint64_t line, Str field, const char *code)
{
    Counter *c = ud;
    if (c->rejected++ == 0)
        c->first = str_printf(c->arena, "%llu: %.*s: %s", (unsigned long long)line,
                              (int)(field.n < 64 ? field.n : 64), field.n ? field.p : "", code);
    c->to->reject(c->to->ud, line, field, code);
}

/* The time to store, or none: refused. */
static bool counter_time(Counter *c, int64_t *t)
{
    c->line++;
    if (*t == TIME_NONE) *t = c->arrival;
    if (*t != TIME_NONE) return true;
    counter_reject(c, c->line, STR("t"), MQTT_REFUSED_RETAINED);
    return false;
}

static void counter_add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    Counter *c = ud;
    if (!counter_time(c, &t)) return;
    c->taken++;
    c->to->add(c->to->ud, number, t, v, q);
}

static void counter_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    Counter *c = ud;
    if (!counter_time(c, &t)) return;
    c->taken++;
    c->to->source(c->to->ud, key, t, v, q);
}

static void refuse(MqttTaken *out, const char *code, Str detail)
{
    out->code = code;
    out->detail = detail;
}

static void take_batch(Arena *a, const MqttTopics *topics, const MqttMessage *m, int64_t arrival,
                       const ReadingSink *to, MqttTaken *out)
{
    if (m->payload.n > topics->payload_max) {
        refuse(out, REJECT_LIMIT, str_printf(a, "%zu > %zu bytes", m->payload.n, topics->payload_max));
        return;
    }
    if (m->payload.n == 0) {
        refuse(out, MQTT_REFUSED_EMPTY, STR_NONE);
        return;
    }
    Counter c = {.to = to, .arena = a, .arrival = m->retained ? TIME_NONE : arrival};
    ReadingSink sink = {&c,          counter_point,  counter_points, counter_known,
                        counter_add, counter_source, counter_reject};
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    bool binary = str_starts(m->payload, STR("ANLR"));
    Rc rc = binary ? binary_decode(&ctx, m->payload, &sink) : json_decode(&ctx, m->payload, &sink);
    out->readings = c.taken;
    if (rc < 0) refuse(out, MQTT_REFUSED_BATCH, str_printf(a, "%s: %s", ctx.err.code, ctx.err.message));
    else if (c.rejected)
        refuse(out, MQTT_REFUSED_PARTS,
               str_printf(a, "%zu of %zu, first %.*s", c.rejected, c.rejected + c.taken, STR_ARG(c.first)));
}

/* ---- Topics ---- */

static void take_one(Arena *a, Str code, const MqttMessage *m, int64_t arrival, const ReadingSink *to,
                     MqttTaken *out)
{
    One o = read_one(a, m->payload);
    if (!o.code && m->retained && o.t == TIME_NONE) fault(&o, "t", MQTT_REFUSED_RETAINED);
    if (o.code) {
        refuse(out, o.code, str_of(o.field));
        return;
    }
    if (o.t == TIME_NONE) o.t = arrival;
    uint32_t number = code.n && code.n <= POINT_CODE_MAX ? to->point(to->ud, code) : 0;
    if (number) to->add(to->ud, number, o.t, o.v, o.q);
    else to->source(to->ud, str_printf(a, "mqtt:%.*s", STR_ARG(m->topic)), o.t, o.v, o.q);
    out->readings = 1;
}

static bool matches_other(const MqttTopics *topics, Str topic)
{
    for (size_t i = 0; i < topics->nothers; i++)
        if (mqtt_filter_match(topics->others[i], topic)) return true;
    return false;
}

void mqtt_decode(Arena *a, const MqttTopics *topics, const MqttMessage *m, int64_t arrival,
                 const ReadingSink *sink, MqttTaken *out)
{
    *out = (MqttTaken){0};
    size_t n = topics->prefix.n;
    bool own = n && str_starts(m->topic, topics->prefix) && m->topic.n > n + 1 && m->topic.p[n] == '/';
    Str rest = own ? str_n(m->topic.p + n + 1, m->topic.n - n - 1) : STR_NONE;
    if (!mqtt_topic_ok(m->topic) || (!own && !matches_other(topics, m->topic)))
        refuse(out, MQTT_REFUSED_TOPIC, STR_NONE);
    else if (str_is(rest, "batch")) take_batch(a, topics, m, arrival, sink, out);
    else take_one(a, rest, m, arrival, sink, out);
}
