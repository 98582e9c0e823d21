/* Lists of a docx. A paragraph's list (num) points to its definition (abstractNum), whose nine levels say how
 * they count, where they start and how the number is written ("第%1条"). Lists of one definition count on
 * together unless one says where it starts. A number of a level begins those below it anew. */
#include "numbering.h"
#include "decode.h"
#include "base/num.h"
#include "sheet/xml.h"

#define LEVELS    9
#define LISTS_MAX 4096
#define NUM_MAX   9999
#define BASED_MAX 16 /* styles upon styles */

typedef struct Level {
    Str format, text;
    int start, count; /* count 0: not begun */
} Level;

typedef struct Abstract {
    int id;
    Level levels[LEVELS];
} Abstract;

typedef struct Num {
    int id, abstract;
    int start[LEVELS]; /* startOverride; -1: none */
    bool begun;
} Num;

typedef struct Style {
    Str id, based;
    int num, level;
} Style;

struct Numbering {
    Arena *arena;
    struct {
        Abstract *v;
        size_t n, cap;
    } abstracts;
    struct {
        Num *v;
        size_t n, cap;
    } nums;
    struct {
        Style *v;
        size_t n, cap;
    } styles;
    int level;     /* of the lvl or lvlOverride that is open, -1 */
    bool override; /* inside lvlOverride: its lvl does not belong to the definition */
    bool in_num, in_style;
};

int policy__numbering_int(Str s)
{
    int64_t v;
    return s.p && num_parse_i64(s, &v) && v >= 0 && v <= INT32_MAX ? (int)v : -1;
}

static Str keep(const Numbering *n, Str s)
{
    return s.p ? str_copy(n->arena, s) : STR_NONE;
}

/* --- styles.xml --- */

static bool style_open(void *ud, Str name, const XmlAttrs *attrs)
{
    Numbering *n = ud;
    if (str_is(name, "style") && n->styles.n < LISTS_MAX) {
        VEC_PUSH(n->arena, &n->styles, (Style){keep(n, xml_attr(attrs, "styleId")), STR_NONE, -1, -1});
        n->in_style = true;
        return true;
    }
    if (!n->in_style) return true;
    Style *s = &n->styles.v[n->styles.n - 1];
    if (str_is(name, "basedOn")) s->based = keep(n, xml_attr(attrs, "val"));
    else if (str_is(name, "numId")) s->num = policy__numbering_int(xml_attr(attrs, "val"));
    else if (str_is(name, "ilvl")) s->level = policy__numbering_int(xml_attr(attrs, "val"));
    return true;
}

static bool style_close(void *ud, Str name)
{
    Numbering *n = ud;
    if (str_is(name, "style")) n->in_style = false;
    return true;
}

/* --- numbering.xml --- */

static void open_level(Numbering *n, const XmlAttrs *attrs)
{
    n->level = policy__numbering_int(xml_attr(attrs, "ilvl"));
    if (n->level >= LEVELS) n->level = -1;
}

static void level_part(Numbering *n, Str name, const XmlAttrs *attrs)
{
    if (n->level < 0 || n->abstracts.n == 0 || n->override) return;
    Level *l = &n->abstracts.v[n->abstracts.n - 1].levels[n->level];
    if (str_is(name, "numFmt")) l->format = keep(n, xml_attr(attrs, "val"));
    else if (str_is(name, "lvlText")) l->text = keep(n, xml_attr(attrs, "val"));
    else if (str_is(name, "start")) l->start = policy__numbering_int(xml_attr(attrs, "val"));
}

static void num_part(Numbering *n, Str name, const XmlAttrs *attrs)
{
    Num *num = &n->nums.v[n->nums.n - 1];
    if (str_is(name, "abstractNumId")) num->abstract = policy__numbering_int(xml_attr(attrs, "val"));
    else if (str_is(name, "startOverride") && n->level >= 0)
        num->start[n->level] = policy__numbering_int(xml_attr(attrs, "val"));
}

static bool numbering_open(void *ud, Str name, const XmlAttrs *attrs)
{
    Numbering *n = ud;
    if (str_is(name, "abstractNum") && n->abstracts.n < LISTS_MAX) {
        Abstract a = {.id = policy__numbering_int(xml_attr(attrs, "abstractNumId"))};
        for (size_t i = 0; i < LEVELS; i++) a.levels[i].start = 1;
        VEC_PUSH(n->arena, &n->abstracts, a);
    } else if (str_is(name, "num") && n->nums.n < LISTS_MAX) {
        Num num = {.id = policy__numbering_int(xml_attr(attrs, "numId")), .abstract = -1};
        for (size_t i = 0; i < LEVELS; i++) num.start[i] = -1;
        VEC_PUSH(n->arena, &n->nums, num);
        n->in_num = true;
    } else if (str_is(name, "lvlOverride")) {
        n->override = true;
        open_level(n, attrs);
    } else if (str_is(name, "lvl") && !n->override) {
        open_level(n, attrs);
    } else if (n->in_num) {
        num_part(n, name, attrs);
    } else {
        level_part(n, name, attrs);
    }
    return true;
}

static bool numbering_close(void *ud, Str name)
{
    Numbering *n = ud;
    if (str_is(name, "num")) n->in_num = false;
    if (str_is(name, "lvlOverride")) n->override = false;
    if (str_is(name, "lvl") || str_is(name, "lvlOverride")) n->level = -1;
    return true;
}

static bool no_text(void *ud, Str text)
{
    (void)ud;
    (void)text;
    return true;
}

static Rc read_part(Ctx *ctx, ZipFile *zip, const char *member, const XmlHandler *handler, Numbering *n)
{
    if (zipfile_member(ctx, zip, member) > 0) xml_parse(zipfile_read, zip, handler, n);
    else ctx_clear(ctx);
    n->level = -1;
    n->in_num = n->in_style = n->override = false;
    return RC_OK;
}

Rc policy__numbering_read(Ctx *ctx, ZipFile *zip, Numbering **out)
{
    static const XmlHandler styles = {style_open, style_close, no_text};
    static const XmlHandler lists = {numbering_open, numbering_close, no_text};
    Numbering *n = ARENA_NEW(ctx->arena, Numbering);
    *n = (Numbering){.arena = ctx->arena, .level = -1};
    TRY(read_part(ctx, zip, "word/styles.xml", &styles, n));
    TRY(read_part(ctx, zip, "word/numbering.xml", &lists, n));
    *out = n;
    return RC_OK;
}

/* --- writing a number --- */

static void add_digits(StrBuf *b, int v)
{
    buf_printf(b, "%d", v);
}

static void add_han(StrBuf *b, int v)
{
    static const char *const digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    static const struct {
        int value;
        const char *name;
    } places[] = {{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}};
    bool begun = false, gap = false;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        int d = v / places[i].value % 10;
        if (d == 0) {
            gap = begun;
            continue;
        }
        if (gap) buf_addz(b, digits[0]);
        if (!(d == 1 && places[i].value == 10 && !begun)) buf_addz(b, digits[d]);
        buf_addz(b, places[i].name);
        begun = true;
        gap = false;
    }
}

static void add_circled(StrBuf *b, int v)
{
    if (v > 20) add_digits(b, v);
    else policy__buf_cp(b, (char32_t)(0x2460 + v - 1));
}

static void add_letter(StrBuf *b, int v)
{
    buf_addc(b, (char)('a' + (v - 1) % 26));
}

static void add_capital(StrBuf *b, int v)
{
    buf_addc(b, (char)('A' + (v - 1) % 26));
}

static void add_roman(StrBuf *b, int v)
{
    static const struct {
        int value;
        const char *text;
    } parts[] = {{100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"},
                 {9, "ix"},  {5, "v"},   {4, "iv"}, {1, "i"}};
    v %= 400;
    for (size_t i = 0; i < ARRAY_LEN(parts);)
        if (v >= parts[i].value) buf_addz(b, parts[i].text), v -= parts[i].value;
        else i++;
}

static void add_stem(StrBuf *b, int v)
{
    static const char *const stems[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"};
    buf_addz(b, stems[(v - 1) % 10]);
}

static const struct {
    const char *name;
    void (*add)(StrBuf *b, int v);
} formats[] = {
    {"decimal", add_digits},
    {"decimalFullWidth", add_digits},
    {"decimalHalfWidth", add_digits},
    {"decimalZero", add_digits},
    {"chineseCounting", add_han},
    {"chineseCountingThousand", add_han},
    {"chineseLegalSimplified", add_han},
    {"japaneseCounting", add_han},
    {"japaneseDigitalTenThousand", add_han},
    {"taiwaneseCounting", add_han},
    {"taiwaneseCountingThousand", add_han},
    {"ideographDigital", add_han},
    {"decimalEnclosedCircle", add_circled},
    {"decimalEnclosedCircleChinese", add_circled},
    {"lowerLetter", add_letter},
    {"upperLetter", add_capital},
    {"lowerRoman", add_roman},
    {"upperRoman", add_roman},
    {"ideographTraditional", add_stem},
};

static bool add_count(StrBuf *b, const Level *l)
{
    int v = l->count ? l->count : l->start;
    if (l->format.p && (str_is(l->format, "bullet") || str_is(l->format, "none"))) return false;
    if (v < 1) v = 1;
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (l->format.p && str_is(l->format, formats[i].name)) {
            formats[i].add(b, v);
            return true;
        }
    add_digits(b, v);
    return true;
}

/* "第%1条" with the counts of the levels it names; bullets write nothing. */
static void add_number(const Abstract *a, int level, StrBuf *out)
{
    const Level *l = &a->levels[level];
    if (l->format.p && (str_is(l->format, "bullet") || str_is(l->format, "none"))) return;
    for (size_t i = 0; i < l->text.n; i++) {
        char c = l->text.p[i];
        int k = c == '%' && i + 1 < l->text.n ? l->text.p[i + 1] - '1' : -1;
        if (k < 0 || k >= LEVELS) {
            buf_addc(out, (unsigned char)c < 0x20 ? ' ' : c);
            continue;
        }
        add_count(out, &a->levels[k]);
        i++;
    }
}

/* --- counting --- */

static const Style *find_style(const Numbering *n, Str id)
{
    for (size_t i = 0; id.p && i < n->styles.n; i++)
        if (n->styles.v[i].id.p && str_eq(n->styles.v[i].id, id)) return &n->styles.v[i];
    return NULL;
}

/* What the paragraph does not say, its style and those it is based on may. */
static NumRef settled(const Numbering *n, NumRef ref)
{
    const Style *s = find_style(n, ref.style);
    for (int i = 0; s && ref.num < 0 && i < BASED_MAX; i++) {
        ref.num = s->num;
        if (ref.level < 0) ref.level = s->level;
        s = find_style(n, s->based);
    }
    if (ref.level < 0) ref.level = 0;
    return ref;
}

static Num *find_num(Numbering *n, int id)
{
    for (size_t i = 0; id > 0 && i < n->nums.n; i++)
        if (n->nums.v[i].id == id) return &n->nums.v[i];
    return NULL;
}

static Abstract *find_abstract(Numbering *n, int id)
{
    for (size_t i = 0; i < n->abstracts.n; i++)
        if (n->abstracts.v[i].id == id) return &n->abstracts.v[i];
    return NULL;
}

static void begin(Num *num, Abstract *a)
{
    for (size_t i = 0; !num->begun && i < LEVELS; i++) {
        if (num->start[i] < 0) continue;
        a->levels[i].start = num->start[i];
        a->levels[i].count = 0;
    }
    num->begun = true;
}

void policy__numbering_next(Numbering *n, NumRef ref, StrBuf *out)
{
    ref = settled(n, ref);
    Num *num = find_num(n, ref.num);
    Abstract *a = num ? find_abstract(n, num->abstract) : NULL;
    if (!a || ref.level >= LEVELS) return;
    begin(num, a);
    Level *l = &a->levels[ref.level];
    l->count = l->count ? l->count + (l->count < NUM_MAX) : l->start > 0 && l->start < NUM_MAX ? l->start : 1;
    for (int i = ref.level + 1; i < LEVELS; i++) a->levels[i].count = 0;
    add_number(a, ref.level, out);
}
