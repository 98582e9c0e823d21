/* Readings from a CSV text through one lane to events as JSON lines. Streaming: the text comes in pieces of
 * any size, a line that is cut is kept until its rest comes; lines become readings in batches so that the
 * lane can prefetch. Points get numbers as their codes appear. Codes and rule names are quoted once, an event
 * is put together from finished pieces. */
#include "replay.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCH = 1024,
    LINE_MAX_BYTES = 65536,
    OUT_BYTES = 1 << 16,
    CHUNK = 1 << 20,
    RULES_MAX_BYTES = 256 << 20
};

typedef struct Code { /* a slot of the table of codes */
    uint64_t hash;
    uint32_t number; /* 0: free */
    uint32_t len;
    const char *p;
} Code;

struct Replay {
    WatchLane *lane;
    Arena *arena; /* codes and quoted texts */
    FILE *out, *err;
    Lang lang;
    uint64_t hash_seed;
    Code *codes; /* open addressing, at most half full */
    size_t codes_mask;
    Str *quoted; /* number → its code as JSON */
    size_t npoints, quoted_cap;
    Str *rule_names; /* quoted */
    Reading batch[BATCH];
    size_t n;
    char *cut; /* a line whose end has not come */
    size_t cut_n;
    bool cut_too_long;
    int columns; /* of the header, 0 before it */
    bool refused;
    uint64_t line, malformed;
    char *text; /* output */
    size_t text_n;
};

/* ---- output ---- */
static void flush_text(Replay *rp)
{
    fwrite(rp->text, 1, rp->text_n, rp->out); /* failure shows in ferror at the end */
    rp->text_n = 0;
}

static void put(Replay *rp, Str s)
{
    if (rp->text_n + s.n > OUT_BYTES) flush_text(rp);
    memcpy(rp->text + rp->text_n, s.p, s.n); /* quoted texts are shorter than the buffer: see quote */
    rp->text_n += s.n;
}

static void put_i64(Replay *rp, int64_t v)
{
    char digits[24], *end = digits + sizeof digits, *p = end;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0) *--p = '-';
    put(rp, str_n(p, (size_t)(end - p)));
}

static void put_value(Replay *rp, const WatchEvent *e)
{
    char number[NUM_TEXT_MAX];
    if (e->has_value) put(rp, str_n(number, num_print_f64(e->value, number)));
    else put(rp, STR("null"));
}

static void print_event(void *ud, const WatchEvent *e)
{
    Replay *rp = ud;
    put(rp, STR("{\"t\":"));
    put_i64(rp, e->t);
    put(rp, STR(",\"point\":"));
    put(rp, rp->quoted[e->point]);
    put(rp, STR(",\"rule\":"));
    put(rp, rp->rule_names[e->rule]);
    put(rp, STR(",\"event\":\""));
    put(rp, str_of(watch_event_name(e->kind)));
    put(rp, STR("\",\"grade\":"));
    put(rp, e->grade ? str_n(&"01234"[e->grade], 1) : STR("null"));
    put(rp, STR(",\"value\":"));
    put_value(rp, e);
    put(rp, STR("}\n"));
}

static void run_batch(Replay *rp)
{
    WatchSink sink = {print_event, rp};
    watch_take(rp->lane, rp->batch, rp->n, 0, &sink);
    rp->n = 0;
}

/* ---- points ---- */
/* As a JSON string. A code is at most LINE_MAX_BYTES long; what would not fit the output buffer once quoted
 * is cut. */
static Str quote(Replay *rp, Str s)
{
    StrBuf b;
    JsonOut o;
    if (s.n > OUT_BYTES / 8) s.n = OUT_BYTES / 8;
    buf_init(&b, rp->arena);
    jout_init(&o, &b);
    jout_str(&o, s);
    return buf_str(&b);
}

static void grow_codes(Replay *rp)
{
    size_t size = (rp->codes_mask + 1) * 2;
    Code *old = rp->codes;
    Code *codes = calloc(size, sizeof *codes);
    ENSURE(codes);
    for (size_t i = 0; i <= rp->codes_mask; i++) {
        if (!old[i].number) continue;
        size_t at = old[i].hash & (size - 1);
        while (codes[at].number) at = (at + 1) & (size - 1);
        codes[at] = old[i];
    }
    free(old);
    rp->codes = codes;
    rp->codes_mask = size - 1;
}

static uint32_t add_code(Replay *rp, Code *free_slot, uint64_t hash, Str code)
{
    uint32_t number = (uint32_t)rp->npoints++;
    Str own = str_copy(rp->arena, code);
    *free_slot = (Code){.hash = hash, .number = number, .len = (uint32_t)own.n, .p = own.p};
    if (number >= rp->quoted_cap) {
        rp->quoted_cap = rp->quoted_cap * 2 + 64;
        rp->quoted = realloc(rp->quoted, rp->quoted_cap * sizeof *rp->quoted);
        ENSURE(rp->quoted);
    }
    rp->quoted[number] = quote(rp, code);
    WatchPoint point = {.code = code, .in_service = true, .in_service_since = TIME_NONE};
    lane__add_point(rp->lane, number, &point);
    if (rp->npoints * 2 > rp->codes_mask) grow_codes(rp);
    return number;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* hash_bytes would cost more than the rest of a line. Multiply and fold under a secret start, so that a file
 * cannot aim at one slot without knowing it. */
static uint64_t hash_code(const Replay *rp, Str s)
{
    uint64_t h = rp->hash_seed ^ s.n, word;
    for (; s.n > 8; s.p += 8, s.n -= 8) {
        memcpy(&word, s.p, 8);
        h = fold(h ^ word, UINT64_C(0x9E3779B97F4A7C15));
    }
    word = 0;
    memcpy(&word, s.p, s.n);
    return fold(h ^ word, UINT64_C(0xD6E8FEB86659FD93) ^ rp->hash_seed);
}

static uint32_t number_of(Replay *rp, Str code)
{
    uint64_t hash = hash_code(rp, code);
    size_t at = hash & rp->codes_mask;
    for (; rp->codes[at].number; at = (at + 1) & rp->codes_mask) {
        const Code *c = &rp->codes[at];
        if (c->hash == hash && c->len == code.n && memcmp(c->p, code.p, code.n) == 0) return c->number;
    }
    return add_code(rp, &rp->codes[at], hash, code);
}

/* ---- lines ---- */
static bool parse_t(Str s, int64_t *t)
{
    if (num_parse_i64(s, t)) return *t != TIME_NONE;
    return time_parse(s, false, t);
}

static bool parse_q(Str s, uint8_t *q)
{
    if (s.n == 0) return true;
    *q = (uint8_t)(s.p[0] - '0');
    return s.n == 1 && s.p[0] >= '0' && s.p[0] <= '2';
}

static void complain(Replay *rp, Text what)
{
    rp->malformed++;
    if (rp->lang == LANG_EN) fprintf(rp->err, "line %llu: %s\n", (unsigned long long)rp->line, what.en);
    else fprintf(rp->err, "第 %llu 行：%s\n", (unsigned long long)rp->line, what.zh);
}

static inline void add_reading(Replay *rp, Reading r, Str code)
{
    r.point = number_of(rp, code);
    rp->batch[rp->n++] = r;
    if (rp->n == BATCH) run_batch(rp);
}

/* Cuts the fields; false: not as many as the header has. */
static bool cut_fields(const Replay *rp, Str line, Str fields[4])
{
    int n = 0;
    for (;;) {
        const char *comma = line.n ? memchr(line.p, ',', line.n) : NULL;
        if (n == rp->columns) return false;
        fields[n++] = comma ? str_n(line.p, (size_t)(comma - line.p)) : line;
        if (!comma) return n == rp->columns;
        line = str_n(comma + 1, line.n - (size_t)(comma + 1 - line.p));
    }
}

static void take_reading(Replay *rp, Str line)
{
    Str f[4] = {0};
    Reading r = {.q = Q_GOOD};
    if (!cut_fields(rp, line, f)) {
        complain(rp, (Text)T("字段数与表头不符", "not as many fields as the header"));
        return;
    }
    if (!parse_t(f[0], &r.t)) {
        complain(rp, (Text)T("t 不是毫秒数，也不是 RFC 3339 时间",
                             "t is neither milliseconds nor an RFC 3339 time"));
        return;
    }
    if (!num_parse_f64(f[2], true, &r.v)) {
        complain(rp, (Text)T("v 不是数值", "v is not a number"));
        return;
    }
    if (!parse_q(f[3], &r.q)) {
        complain(rp, (Text)T("q 不是 0、1、2", "q is not 0, 1 or 2"));
        return;
    }
    add_reading(rp, r, f[1]);
}

/* ---- the usual line, in one pass ---- */
/* Digits from p on: their value and where they end. More than 18 may overflow: the caller looks at the count.
 */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *value)
{
    for (; p < end && (unsigned)(*p - '0') < 10; p++) *value = *value * 10 + (uint64_t)(*p - '0');
    return p;
}

/* [-]digits[.digits] with at most 15 digits: both parts of the quotient are exact, so it is correctly
 * rounded. NULL: no. */
static inline const char *scan_decimal(const char *p, const char *end, double *v)
{
    static const double tens[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t mantissa = 0;
    bool minus = p < end && *p == '-';
    p += minus;
    const char *whole = p, *stop = scan_digits(p, end, &mantissa);
    ptrdiff_t digits = stop - whole, fraction = 0;
    if (stop < end && *stop == '.') {
        const char *from = stop + 1;
        stop = scan_digits(from, end, &mantissa);
        fraction = stop - from;
        if (!fraction) return NULL;
    }
    if (!digits || digits + fraction > 15) return NULL;
    *v = (double)mantissa / tens[fraction];
    if (minus) *v = -*v;
    return stop;
}

/* t in digits, any code, a plain decimal, q of one digit. false: something unusual, nothing was taken. */
static inline bool take_usual(Replay *rp, Str line)
{
    const char *p = line.p, *end = p + line.n;
    Reading r = {0};
    uint64_t t = 0;
    const char *comma = scan_digits(p, end, &t);
    if (comma == p || comma - p > 18 || comma == end || *comma != ',') return false;
    const char *code = comma + 1;
    for (p = code; p < end && *p != ',';) p++;
    if (p == end) return false;
    Str point = str_n(code, (size_t)(p - code));
    p = scan_decimal(p + 1, end, &r.v);
    if (!p) return false;
    if (rp->columns == 4) {
        if (end - p != 2 || *p != ',' || (unsigned)(p[1] - '0') > 2) return false;
        r.q = (uint8_t)(p[1] - '0');
    } else if (p != end) {
        return false;
    }
    r.t = (int64_t)t;
    add_reading(rp, r, point);
    return true;
}

static bool take_header(Replay *rp, Str line)
{
    if (str_starts(line, STR("\xEF\xBB\xBF"))) line = str_n(line.p + 3, line.n - 3);
    rp->columns = str_is(line, "t,point,v,q") ? 4 : str_is(line, "t,point,v") ? 3 : 0;
    if (rp->columns) return true;
    rp->refused = true;
    fputs(rp->lang == LANG_EN ? "line 1: the header must be t,point,v or t,point,v,q\n"
                              : "第 1 行：表头应为 t,point,v 或 t,point,v,q\n",
          rp->err);
    return false;
}

static bool take_line(Replay *rp, Str line)
{
    rp->line++;
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (!rp->columns) return take_header(rp, line);
    if (line.n > LINE_MAX_BYTES) complain(rp, (Text)T("行过长", "the line is too long"));
    else if (!take_usual(rp, line)) take_reading(rp, line);
    return true;
}

/* Keeps the beginning of a line; what is too long is only remembered as that. */
static void keep_cut(Replay *rp, const char *p, size_t n)
{
    if (rp->cut_n + n > LINE_MAX_BYTES + 1) {
        rp->cut_too_long = true;
        n = LINE_MAX_BYTES + 1 - rp->cut_n;
    }
    memcpy(rp->cut + rp->cut_n, p, n);
    rp->cut_n += n;
}

static bool take_cut(Replay *rp)
{
    Str line = str_n(rp->cut, rp->cut_n);
    if (rp->cut_too_long) line.p = memset(rp->cut, 'x', line.n = LINE_MAX_BYTES + 1);
    rp->cut_n = 0;
    rp->cut_too_long = false;
    return take_line(rp, line);
}

bool replay_feed(Replay *rp, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end && !rp->refused) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        if (!newline) {
            keep_cut(rp, p, (size_t)(end - p));
            break;
        }
        if (rp->cut_n) {
            keep_cut(rp, p, (size_t)(newline - p));
            take_cut(rp);
        } else {
            take_line(rp, str_n(p, (size_t)(newline - p)));
        }
        p = newline + 1;
    }
    return !rp->refused;
}

int replay_end(Replay *rp)
{
    if (rp->cut_n) take_cut(rp);
    if (!rp->columns && !rp->refused) take_header(rp, STR_NONE);
    run_batch(rp);
    flush_text(rp);
    if (fflush(rp->out) != 0 || ferror(rp->out)) {
        fputs(rp->lang == LANG_EN ? "the output cannot be written\n" : "输出无法写入\n", rp->err);
        return 1;
    }
    return rp->refused ? 2 : rp->malformed ? 3 : 0;
}

/* Points of exprs get their numbers first, so that every expr can be bound before a reading comes. */
static void add_expr_points(Replay *rp)
{
    const RuleSet *rules = rp->lane->rules;
    if (!rules->nexprs) return;
    StrMap *numbers = strmap_new(rules->nexprs * 4);
    for (size_t i = 0; i < rules->n; i++) {
        if (rules->rules[i].kind != RULE_EXPR) continue;
        const Operand *operands;
        size_t n = expr_operands(rules->rules[i].expr, &operands);
        strmap_put(numbers, rules->rules[i].point, number_of(rp, rules->rules[i].point));
        for (size_t o = 0; o < n; o++) strmap_put(numbers, operands[o].code, number_of(rp, operands[o].code));
    }
    lane__bind_exprs(rp->lane, numbers);
    strmap_free(&numbers);
}

Replay *replay_new(const RuleSet *rules, void *out_file, void *err_file, Lang lang)
{
    Replay *rp = calloc(1, sizeof *rp);
    ENSURE(rp);
    rp->out = out_file;
    rp->err = err_file;
    rp->lang = lang;
    rp->arena = arena_new(0);
    rp->hash_seed = hash_bytes("replay", 6) | 1;
    rp->lane = lane__new(rules, 0, 1, 0);
    lane__begin(rp->lane);
    rp->npoints = 1;
    rp->codes_mask = 1023;
    rp->codes = calloc(rp->codes_mask + 1, sizeof *rp->codes);
    rp->cut = malloc(LINE_MAX_BYTES + 1);
    rp->text = malloc(OUT_BYTES);
    ENSURE(rp->codes && rp->cut && rp->text);
    rp->rule_names = ARENA_ARRAY(rp->arena, Str, rules->n);
    for (size_t i = 0; i < rules->n; i++) rp->rule_names[i] = quote(rp, rules->rules[i].name);
    add_expr_points(rp);
    return rp;
}

void replay_free(Replay **replay)
{
    Replay *rp = *replay;
    *replay = NULL;
    if (!rp) return;
    watch_lane_free(&rp->lane);
    arena_free(&rp->arena);
    void *const parts[] = {rp->codes, rp->quoted, rp->cut, rp->text};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) free(parts[i]);
    free(rp);
}

/* ---- files ---- */
static int say_file(FILE *err, Lang lang, const char *file)
{
    fprintf(err, lang == LANG_EN ? "%s: cannot be read: %s\n" : "%s：无法读取：%s\n", file, strerror(errno));
    return 1;
}

static int open_file(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        return -1;
    }
    return fd;
}

/* Calls take for every piece until it says false, closes fd. 0 or -1 with errno; fd -1 counts as a failure.
 */
static int read_pieces(int fd, bool (*take)(void *ud, const char *p, size_t n), void *ud)
{
    if (fd < 0) return -1;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    char *buf = malloc(CHUNK);
    ENSURE(buf);
    ssize_t n;
    while ((n = read(fd, buf, CHUNK)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !take(ud, buf, (size_t)n)) break;
    int failed = n < 0 ? errno : 0;
    free(buf);
    close(fd);
    errno = failed;
    return failed ? -1 : 0;
}

static bool take_rules_text(void *ud, const char *p, size_t n)
{
    StrBuf *text = ud;
    buf_add(text, str_n(p, n));
    return text->n <= RULES_MAX_BYTES;
}

static void say_refused(FILE *err, const char *file, const Ctx *ctx)
{
    fprintf(err, "%s: %s\n", file, ctx->err.message);
    for (const FieldError *f = ctx->err.fields; f; f = f->next)
        fprintf(err, "  %s: %s\n", f->field, f->message);
}

static int read_rules(const char *file, FILE *err, Lang lang, RuleSet **out)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    StrBuf text;
    int status = 0;
    ctx_init(&ctx, arena, lang);
    buf_init(&text, arena);
    if (read_pieces(open_file(file), take_rules_text, &text) < 0) {
        status = say_file(err, lang, file);
    } else if (text.n > RULES_MAX_BYTES) {
        fprintf(err, lang == LANG_EN ? "%s: too long\n" : "%s：文件过大\n", file);
        status = 2;
    } else if (ruleset_parse(&ctx, buf_str(&text), out) < 0) {
        say_refused(err, file, &ctx);
        status = 2;
    }
    arena_free(&arena);
    return status;
}

static bool feed_piece(void *ud, const char *p, size_t n)
{
    return replay_feed(ud, p, n);
}

int watch_replay(const char *rules_file, const char *csv_file, void *out_file, void *err_file, Lang lang)
{
    RuleSet *rules = NULL;
    int status = read_rules(rules_file, err_file, lang, &rules);
    if (status) return status;
    int fd = open_file(csv_file);
    if (fd < 0) {
        status = say_file(err_file, lang, csv_file);
    } else {
        Replay *rp = replay_new(rules, out_file, err_file, lang);
        int failed = read_pieces(fd, feed_piece, rp) < 0 ? say_file(err_file, lang, csv_file) : 0;
        status = replay_end(rp);
        if (failed) status = failed;
        replay_free(&rp);
    }
    ruleset_free(&rules);
    return status;
}
