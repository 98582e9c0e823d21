/* See marks.h. Ids are decimal numbers, codes are S<entity>-<row>. */
#include "marks.h"

#include <ctype.h>

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const Mark *)a)->id, y = ((const Mark *)b)->id;
    return x < y ? -1 : x > y;
}

void marks_add(Marks *m, const World *t)
{
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t i = 0; i < PLACES; i++) {
            if (!t->id[e][i]) continue;
            assert_true(m->n < MARKS_MAX);
            m->v[m->n++] = (Mark){t->id[e][i], e, i};
        }
    qsort(m->v, m->n, sizeof *m->v, by_id);
}

static void note(Marks *m, size_t entity, size_t place)
{
    if (entity < ENTITIES_MAX) m->seen[entity][place] = true;
}

void marks_find(Marks *m, Str text)
{
    memset(m->seen, 0, sizeof m->seen);
    for (size_t i = 0; i < text.n;) {
        char *end;
        if (text.p[i] == 'S' && i + 1 < text.n && isdigit((unsigned char)text.p[i + 1])) {
            unsigned long e = strtoul(text.p + i + 1, &end, 10);
            if (*end == '-' && isdigit((unsigned char)end[1]))
                note(m, e, strtoul(end + 1, &end, 10) % PLACES);
            i = (size_t)(end - text.p);
        } else if (isdigit((unsigned char)text.p[i])) {
            Mark key = {.id = strtoll(text.p + i, &end, 10)};
            const Mark *hit = bsearch(&key, m->v, m->n, sizeof *m->v, by_id);
            if (hit) note(m, hit->entity, hit->place);
            i = (size_t)(end - text.p);
        } else {
            i++;
        }
    }
}

void marks_check_hidden(const Marks *m, const World *t, const Who *p, const char *where)
{
    for (size_t e = 0; e < t->nentities; e++) {
        if (!world_is_row(t->entity[e]) || t->entity[e]->scope.named) continue;
        for (size_t i = 0; i < PLACES; i++) {
            if (!m->seen[e][i] || world_expected(t, p, t->entity[e], i)) continue;
            print_error("%s\n", where);
            world_fail(p, t->entity[e], i, "an answer", false);
        }
    }
}

void marks_check_whole(const Marks *m, const World *t, const Who *p, const char *where, size_t entity)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (m->seen[entity][i] || !world_expected(t, p, t->entity[entity], i)) continue;
        print_error("%s\n", where);
        world_fail(p, t->entity[entity], i, "an answer", true);
    }
}
