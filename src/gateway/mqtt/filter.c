/* Topic names and filters of MQTT 3.1.1, section 4.7: levels between '/', '+' for one level, '#' for all that
 * is left, which also matches the level above it. */
#include "gateway/mqtt.h"

static bool text_ok(Str s)
{
    if (s.n == 0 || s.n > MQTT_TOPIC_MAX || !str_utf8_ok(s)) return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
    return true;
}

bool mqtt_topic_ok(Str topic)
{
    return text_ok(topic) && !memchr(topic.p, '+', topic.n) && !memchr(topic.p, '#', topic.n);
}

bool mqtt_filter_ok(Str filter)
{
    if (!text_ok(filter) || filter.p[0] == '$') return false;
    for (size_t i = 0; i < filter.n; i++) {
        if (filter.p[i] != '+' && filter.p[i] != '#') continue;
        bool first = i == 0 || filter.p[i - 1] == '/', last = i + 1 == filter.n;
        if (!first || !(last || (filter.p[i] == '+' && filter.p[i + 1] == '/'))) return false;
    }
    return true;
}

/* The level at the front of s, which is cut off; *more says whether another follows. */
static Str level(Str *s, bool *more)
{
    *more = s->n && memchr(s->p, '/', s->n);
    return str_cut(s, '/');
}

bool mqtt_filter_match(Str filter, Str topic)
{
    if (topic.n && topic.p[0] == '$' && !(filter.n && filter.p[0] == '$')) return false;
    for (bool more_filter = true, more_topic = true; more_filter;) {
        Str want = level(&filter, &more_filter);
        if (str_is(want, "#")) return true;
        if (!more_topic) return false;
        Str have = level(&topic, &more_topic);
        if (!str_is(want, "+") && !str_eq(want, have)) return false;
        if (!more_filter && !more_topic) return true;
        if (more_filter && !more_topic) return str_is(filter, "#");
    }
    return false;
}
