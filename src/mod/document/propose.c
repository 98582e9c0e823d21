/* From a reading to what a person is asked to confirm. Names become bodies where the register leaves no
 * doubt; dates without a year get the paper's; what the reader or the register was unsure of is named in
 * `unsure` and weighed in `doubt`, so that the worst come first. Nothing here decides anything. */
#include "document_private.h"

static const struct {
    const char *code;
    int weight;
} doubts[] = {
    {"unit_unmatched", 40}, {"unit_ambiguous", 35}, {"unit_unspecific", 30},  {"unit_unknown", 10},
    {"no_unit", 30},        {"no_text", 25},        {"bracket_unclosed", 20}, {"unit_guess", 15},
    {"cadence_many", 10},   {"deadline_many", 10},
};

static bool word_in(Str words, const char *word)
{
    while (words.n)
        if (str_is(str_cut(&words, ' '), word)) return true;
    return false;
}

static void say_doubt(StrBuf *b, const char *code)
{
    if (word_in(buf_str(b), code)) return;
    if (b->n) buf_addc(b, ' ');
    buf_addz(b, code);
}

static int weigh(Str unsure)
{
    int sum = 0;
    for (size_t i = 0; i < ARRAY_LEN(doubts); i++)
        if (word_in(unsure, doubts[i].code)) sum += doubts[i].weight;
    return sum < 100 ? sum : 100;
}

/* ---- Units ---- */

static const char *doubt_of(const Match *m)
{
    static const char *const of[] = {[MATCH_UNKNOWN] = "unit_unmatched",
                                     [MATCH_UNSPECIFIC] = "unit_unspecific",
                                     [MATCH_AMBIGUOUS] = "unit_ambiguous"};
    if (m->reason < ARRAY_LEN(of) && of[m->reason]) return of[m->reason];
    if (m->reason == MATCH_AMBIGUOUS) return "unit_ambiguous";
    return m->confidence < 0.8 ? "unit_guess" : NULL;
}

static bool is_sure(const Match *m)
{
    return m->reason != MATCH_UNKNOWN && m->reason != MATCH_UNSPECIFIC && m->reason != MATCH_AMBIGUOUS;
}

static void put_unit(UnitBook *book, Str role, Str name, const Match *m, JsonOut *o)
{
    jout_open(o);
    jout_ks(o, "role", role);
    jout_ks(o, "name", name);
    jout_kz(o, "reason", match_reason_name(m->reason));
    jout_kf(o, "confidence", m->confidence);
    jout_key(o, "bodies");
    jout_open_array(o);
    for (size_t i = 0; i < m->n && i < UNITS_MOST; i++) {
        ptrdiff_t at = unit_index(book, m->bodies[i]);
        if (at >= 0) jout_str(o, book->codes[at]);
    }
    jout_close_array(o);
    jout_close(o);
}

static void put_assigned(UnitBook *book, Str role, const Match *m, JsonOut *o, size_t *n)
{
    for (size_t i = 0; is_sure(m) && i < m->n && *n < UNITS_MOST; i++) {
        ptrdiff_t at = unit_index(book, m->bodies[i]);
        if (at < 0) continue;
        ++*n;
        jout_open(o);
        jout_ks(o, "body", book->codes[at]);
        jout_ks(o, "title", book->reg.bodies[at].name);
        jout_ks(o, "role", role);
        jout_close(o);
    }
}

/* The two JSON texts under way, and what is doubtful. */
typedef struct Units {
    StrBuf units, assigned, unsure;
    JsonOut u, a;
    size_t n;
} Units;

static void units_begin(Units *s, Arena *arena)
{
    *s = (Units){0};
    buf_init(&s->units, arena);
    buf_init(&s->assigned, arena);
    buf_init(&s->unsure, arena);
    jout_init(&s->u, &s->units);
    jout_init(&s->a, &s->assigned);
    jout_open_array(&s->u);
    jout_open_array(&s->a);
}

static void units_add(Work *w, UnitBook *book, Units *s, Str role, Str name)
{
    Match m = unit_look(w, book, name);
    const char *doubt = doubt_of(&m);
    put_unit(book, role, name, &m, &s->u);
    put_assigned(book, role, &m, &s->a, &s->n);
    if (doubt) say_doubt(&s->unsure, doubt);
}

static void units_end(Units *s, Record *rec)
{
    jout_close_array(&s->u);
    jout_close_array(&s->a);
    if (!s->n && str_is(rec_text(IE, rec, "kind"), "duty")) say_doubt(&s->unsure, "no_unit");
    rec_set(IE, rec, "units", db_val_json(buf_str(&s->units)));
    rec_set(IE, rec, "assigned", db_val_json(buf_str(&s->assigned)));
    rec_set(IE, rec, "unsure", db_val_text(buf_str(&s->unsure)));
    rec_set(IE, rec, "doubt", db_val_i64(weigh(buf_str(&s->unsure))));
}

Rc propose_units(Work *w, UnitBook *book, Record *rec)
{
    static const char *const kept[] = {"no_text", "bracket_unclosed", "unit_unknown", "cadence_many",
                                       "deadline_many"};
    Units s;
    const Json *units;
    TRY(json_parse(w->ctx, rec_text(IE, rec, "units"), &units));
    units_begin(&s, w->ctx->arena);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (word_in(rec_text(IE, rec, "unsure"), kept[i])) say_doubt(&s.unsure, kept[i]);
    JSON_EACH(u, units)
    units_add(w, book, &s, json_str(json_get(u, "role")), json_str(json_get(u, "name")));
    units_end(&s, rec);
    return RC_OK;
}

/* ---- Time ---- */

/* Four digits before 年, in a title; of a date its year. */
static int year_in(Str s)
{
    for (size_t i = 0; i + 7 <= s.n; i++) {
        int y = 0;
        size_t k = 0;
        for (; k < 4 && s.p[i + k] >= '0' && s.p[i + k] <= '9'; k++) y = y * 10 + (s.p[i + k] - '0');
        if (k == 4 && y >= 1990 && y < 2100 && memcmp(s.p + i + 4, "年", 3) == 0) return y;
    }
    return 0;
}

int propose_year(const Work *w, Str title, Str date)
{
    int y = year_in(title);
    int64_t t;
    if (y) return y;
    if (date.n == 10 && time_parse(date, true, &t)) return civil_of(t).year;
    return civil_of(w->now).year;
}

/* The last second of the day that a deadline names. */
static int64_t deadline_at(Arena *a, Str date, int year)
{
    int64_t t;
    Str full = str_starts(date, STR("--")) ? str_printf(a, "%04d-%.*s", year, (int)(date.n - 2), date.p + 2)
               : date.n == 4               ? str_printf(a, "%.*s-12-31", STR_ARG(date))
                                           : date;
    return time_parse(full, true, &t) ? civil_day_start(civil_day(t) + 1) - MS_SECOND : TIME_NONE;
}

static void propose_due(Work *w, Proposal *p, const PolicyItem *it, Record *rec)
{
    int64_t due = TIME_NONE;
    for (size_t i = 0; i < it->deadlines.n; i++) {
        int64_t t = deadline_at(w->ctx->arena, it->deadlines.v[i].date, p->year);
        if (t != TIME_NONE && (due == TIME_NONE || t > due)) due = t;
    }
    rec_set(IE, rec, "due_at", db_val_time(due));
}

static void propose_cadence(const PolicyItem *it, Record *rec)
{
    if (!it->cadence.n) return;
    const PolicyCadence *c = &it->cadence.v[0];
    rec_set(IE, rec, "per", db_val_z(policy_per_name(c->per)));
    rec_set(IE, rec, "every", db_val_i64(c->every > 0 && c->every <= 100 ? c->every : 1));
    if (c->times > 0 && c->times <= 1000000) rec_set(IE, rec, "times", db_val_i64(c->times));
}

/* ---- The reader's own words ---- */

static Str cadence_json(Arena *a, const PolicyItem *it)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open_array(&o);
    for (size_t i = 0; i < it->cadence.n; i++) {
        const PolicyCadence *c = &it->cadence.v[i];
        jout_open(&o);
        jout_ks(&o, "text", c->text);
        jout_kz(&o, "per", policy_per_name(c->per));
        jout_ki(&o, "every", c->every);
        if (c->times >= 0) jout_ki(&o, "times", c->times);
        jout_kb(&o, "at_least", c->at_least);
        jout_close(&o);
    }
    jout_close_array(&o);
    return buf_str(&b);
}

static Str deadlines_json(Arena *a, const PolicyItem *it)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open_array(&o);
    for (size_t i = 0; i < it->deadlines.n; i++) {
        jout_open(&o);
        jout_ks(&o, "text", it->deadlines.v[i].text);
        jout_ks(&o, "date", it->deadlines.v[i].date);
        jout_close(&o);
    }
    jout_close_array(&o);
    return buf_str(&b);
}

static Str targets_json(Arena *a, const PolicyItem *it)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open_array(&o);
    for (size_t i = 0; i < it->targets.n; i++) {
        const PolicyTarget *t = &it->targets.v[i];
        jout_open(&o);
        jout_ks(&o, "text", t->text);
        jout_kf(&o, "value", t->value);
        jout_ks(&o, "unit", t->unit);
        jout_kz(&o, "direction", t->direction);
        jout_close(&o);
    }
    jout_close_array(&o);
    return buf_str(&b);
}

static Str joined(Arena *a, const PolicyStrs *s, const char *between)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < s->n; i++) {
        if (i) buf_addz(&b, between);
        buf_add(&b, s->v[i]);
    }
    return buf_str(&b);
}

/* The first sentence, which ends at 。 or ； or a line; *rest begins behind it. */
static Str sentence(Str s, Str *rest)
{
    static const Str stops[] = {STR("。"), STR("；"), STR("\n")};
    size_t end = s.n, skip = 0;
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        ptrdiff_t at = str_find(s, stops[i]);
        if (at > 0 && (size_t)at < end) end = (size_t)at, skip = stops[i].n;
    }
    *rest = str_n(s.p + end + skip, s.n - end - skip);
    return str_n(s.p, end);
}

/* What names a task: the first sentence; behind a catchword ("入户检查。") the next one, too; the heading
 * where the item is only that. */
static Str title_of(Arena *a, const PolicyItem *it)
{
    enum { CATCHWORD = 12 };
    Str rest, more, s = str_trim(it->text.n ? it->text : it->heading);
    Str first = sentence(s, &rest);
    if (!first.n) return STR("（无正文）");
    if (str_utf8_len(first) > CATCHWORD || !str_trim(rest).n) return document_cut(a, first, TITLE_MOST);
    Str next = sentence(str_trim(rest), &more);
    return document_cut(a, str_printf(a, "%.*s：%.*s", STR_ARG(first), STR_ARG(next)), TITLE_MOST);
}

static void set_text(Arena *a, Record *rec, const char *field, Str s, size_t most)
{
    if (s.n) rec_set(IE, rec, field, db_val_text(document_cut(a, s, most)));
}

Rc propose_item(Work *w, Proposal *p, const PolicyItem *it, Record *rec)
{
    Arena *a = w->ctx->arena;
    Units s;
    bool duty = it->clause.p != NULL || it->holder.p != NULL;
    units_begin(&s, a);
    for (int role = 0; role < POLICY_ROLES; role++) duty = duty || it->units[role].n;
    set_text(a, rec, "title", title_of(a, it), 120);
    set_text(a, rec, "path", joined(a, &it->path, " / "), 600);
    set_text(a, rec, "heading", it->heading, 300);
    set_text(a, rec, "text", it->text, 8000);
    set_text(a, rec, "holder", it->holder, 120);
    set_text(a, rec, "clause", it->clause, 2000);
    set_text(a, rec, "verbs", joined(a, &it->actions, "、"), 500);
    rec_set(IE, rec, "kind", db_val_z(duty ? "duty" : "text"));
    rec_set(IE, rec, "source_from", db_val_i64(it->from));
    rec_set(IE, rec, "source_to", db_val_i64(it->to));
    rec_set(IE, rec, "cadence", db_val_json(cadence_json(a, it)));
    rec_set(IE, rec, "deadlines", db_val_json(deadlines_json(a, it)));
    rec_set(IE, rec, "targets", db_val_json(targets_json(a, it)));
    propose_due(w, p, it, rec);
    propose_cadence(it, rec);
    for (size_t i = 0; duty && i < it->unsure.n; i++) say_doubt(&s.unsure, str_z(a, it->unsure.v[i]));
    if (duty && it->cadence.n > 1) say_doubt(&s.unsure, "cadence_many");
    if (duty && it->deadlines.n > 1) say_doubt(&s.unsure, "deadline_many");
    for (int role = 0; role < POLICY_ROLES; role++)
        for (size_t i = 0; i < it->units[role].n && i < UNITS_MOST; i++)
            units_add(w, p->book, &s, str_of(policy_role_name(role)), it->units[role].v[i]);
    units_end(&s, rec);
    return RC_OK;
}
