/* The scorer follows the benchmark's own to the letter, also where it looks odd: inside a window the distance
 * to its right edge is measured in its width, behind it in the width less one. */
#include "nab_score.h"
#include "base/clock.h"
#include "base/json.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBATION      0.15
#define PROBATION_ROWS 5000 /* 15 % of at most so many */
#define FALSE_WEIGHT   0.11
enum { THRESHOLDS = 400, WINDOWS_MAX = 64 };

static double scaled_sigmoid(double x)
{
    return x > 3 ? -1.0 : 2 / (1 + exp(5 * x)) - 1;
}

/* ---- Loading ---- */

static bool read_file(Arena *arena, const char *path, Str *out)
{
    FILE *f = fopen(path, "re");
    if (!f) return false;
    StrBuf b;
    buf_init(&b, arena);
    char part[65536];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_add(&b, str_n(part, n));
    fclose(f);
    *out = buf_str(&b);
    return true;
}

static bool read_rows(Nab *nab, NabSeries *s, Str text)
{
    int cap = 0;
    for (size_t i = 0; i < text.n; i++) cap += text.p[i] == '\n';
    s->t = arena_alloc(nab->arena, (size_t)(cap + 1) * sizeof *s->t);
    s->v = arena_alloc(nab->arena, (size_t)(cap + 1) * sizeof *s->v);
    str_cut(&text, '\n');
    while (text.n) {
        Str value = str_trim(str_cut(&text, '\n')), when = str_cut(&value, ',');
        if (!value.n) continue;
        if (!time_parse(when, true, &s->t[s->n])) return false;
        s->v[s->n++] = strtod(value.p, NULL); /* ended by the line's end */
    }
    return s->n > 0;
}

static int index_of(const NabSeries *s, const Json *text)
{
    int64_t t;
    if (!text || !time_parse(json_str(text), true, &t)) return -1;
    for (int i = 0; i < s->n; i++)
        if (s->t[i] == t) return i;
    return -1;
}

/* What a detection at each reading is worth. */
static bool weigh(Nab *nab, NabSeries *s, const Json *windows)
{
    int from[WINDOWS_MAX], to[WINDOWS_MAX];
    JSON_EACH(w, windows)
    {
        int a = index_of(s, w->child), b = index_of(s, w->child ? w->child->next : NULL);
        if (a < 0 || b <= a || s->nwindows == WINDOWS_MAX) return false;
        from[s->nwindows] = a;
        to[s->nwindows++] = b;
    }
    s->window = arena_alloc(nab->arena, (size_t)s->n * sizeof *s->window);
    s->weight = arena_alloc(nab->arena, (size_t)s->n * sizeof *s->weight);
    s->hit = arena_alloc(nab->arena, (size_t)s->n * sizeof *s->hit);
    double unit = scaled_sigmoid(-1);
    for (int i = 0, w = 0; i < s->n; i++) {
        if (w < s->nwindows && i > to[w]) w++;
        bool inside = w < s->nwindows && i >= from[w];
        s->window[i] = inside ? (int16_t)w : -1;
        if (inside) s->weight[i] = scaled_sigmoid(-(double)(to[w] - i + 1) / (to[w] - from[w] + 1)) / unit;
        else if (w == 0) s->weight[i] = -FALSE_WEIGHT;
        else
            s->weight[i] = FALSE_WEIGHT * scaled_sigmoid((double)(i - to[w - 1]) / (to[w - 1] - from[w - 1]));
    }
    nab->nwindows += s->nwindows;
    return true;
}

static bool load_series(Nab *nab, const char *dir, const Json *entry, char err[256])
{
    char path[512];
    Str text;
    NabSeries *s = &nab->series[nab->n];
    snprintf(path, sizeof path, "%s/data/%.*s", dir, STR_ARG(entry->name));
    if (!read_file(nab->arena, path, &text)) return true; /* labels of a series that is not there */
    s->name = str_z(nab->arena, entry->name);
    if (!read_rows(nab, s, text) || !weigh(nab, s, entry)) {
        snprintf(err, 256, "%.200s: not a series of the benchmark", path);
        return false;
    }
    int rows = s->n < PROBATION_ROWS ? s->n : PROBATION_ROWS;
    s->probation = (int)(PROBATION * rows);
    nab->n++;
    return true;
}

bool nab_load(Nab *nab, const char *dir, char err[256])
{
    *nab = (Nab){.arena = arena_new(0)};
    char path[512];
    Str text;
    Ctx ctx;
    const Json *labels = NULL;
    ctx_init(&ctx, nab->arena, LANG_EN);
    snprintf(path, sizeof path, "%s/labels/combined_windows.json", dir);
    bool ok = read_file(nab->arena, path, &text) && json_parse(&ctx, text, &labels) == RC_OK;
    if (!ok) snprintf(err, 256, "%.200s is not there", path);
    size_t n = 0;
    JSON_EACH(entry, labels) n++;
    if (ok) nab->series = arena_alloc(nab->arena, (n + 1) * sizeof *nab->series);
    for (const Json *entry = ok ? labels->child : NULL; entry && ok; entry = entry->next)
        ok = load_series(nab, dir, entry, err);
    if (ok && nab->n == 0) {
        snprintf(err, 256, "%.200s/data has no series", dir);
        ok = false;
    }
    if (!ok) nab_free(nab);
    return ok;
}

void nab_free(Nab *nab)
{
    arena_free(&nab->arena);
    *nab = (Nab){0};
}

/* ---- Scoring ---- */

static double score_series(const NabSeries *s, NabResult *r)
{
    double best[WINDOWS_MAX], sum = 0;
    for (int w = 0; w < s->nwindows; w++) best[w] = -1;
    for (int i = s->probation; i < s->n; i++) {
        if (!s->hit[i]) continue;
        if (s->window[i] < 0) sum += s->weight[i], r->false_alarms++;
        else if (s->weight[i] > best[s->window[i]]) best[s->window[i]] = s->weight[i];
    }
    for (int w = 0; w < s->nwindows; w++) {
        sum += best[w];
        r->hits += best[w] > -1;
    }
    return sum;
}

NabResult nab_score(const Nab *nab)
{
    NabResult r = {0};
    double sum = 0;
    for (int i = 0; i < nab->n; i++) sum += score_series(&nab->series[i], &r);
    r.score = 100 * (sum + nab->nwindows) / (2.0 * nab->nwindows);
    return r;
}
