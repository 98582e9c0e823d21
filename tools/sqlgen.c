/* SQL texts into C, for both databases.
 *
 *   sqlgen FILE.sql PREFIX OUT.c OUT.h
 *   sqlgen --migrations OWNER OUT.c OUT.h FILE...
 *
 * A file of statements is a list of blocks:
 *
 *   -- name: session_find
 *   -- args: token:bytes, now:i64
 *   -- row: user_id:i64, note:text?
 *   SELECT user_id, note FROM session WHERE token = :token AND expires_at > :now;
 *
 * and becomes `extern const DbQuery q_session_find`. Arguments are numbered by the args line, never by their
 * place in the text: ?n for SQLite (there `$1` is a name and is numbered by first appearance) and $n for
 * PostgreSQL. A block may hold one text for each database after `-- dialect: sqlite` and `-- dialect: pg`.
 * The build fails on a name that is not declared, an argument that is not used, a repeated name, a second
 * statement in a block, `::` casts and bare `?` or `$`. Symbols carry the PREFIX, so that two folders may
 * both have a q_find. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 64, MAX_COLS = 200, MAX_QUERIES = 500, NAME_MAX_LEN = 64 };
enum { SQLITE, PG, DIALECTS };

typedef struct Name {
    char text[NAME_MAX_LEN];
    int type;
} Name;

typedef struct Text {
    char *p;
    size_t n, cap;
} Text;

typedef struct Query {
    char name[NAME_MAX_LEN];
    int line;
    Name args[MAX_ARGS];
    unsigned nargs;
    Name cols[MAX_COLS];
    unsigned ncols;
    bool split; /* one text for each database */
    Text raw[DIALECTS];
    int raw_line[DIALECTS];
} Query;

static const char *const type_names[] = {"i64", "f64", "text", "bytes", "bool", "json"};
static const char *const type_enums[] = {"DB_I64", "DB_F64", "DB_TEXT", "DB_BYTES", "DB_BOOL", "DB_JSON"};
static const char *const dialect_names[] = {"sqlite", "pg"};

static const char *file_now;
static Query *queries;
static size_t nqueries;

__attribute__((format(printf, 2, 3), noreturn)) static void die(int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: ", file_now, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void *must(void *p)
{
    if (!p) die(0, "out of memory");
    return p;
}

static void add(Text *t, const char *p, size_t n)
{
    if (t->n + n + 1 > t->cap) {
        t->cap = (t->n + n + 1) * 2;
        t->p = must(realloc(t->p, t->cap));
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = 0;
}

static void addz(Text *t, const char *z)
{
    add(t, z, strlen(z));
}

static Text read_file(const char *path)
{
    file_now = path;
    FILE *f = fopen(path, "rb");
    if (!f) die(0, "%s", strerror(errno));
    Text t = {0};
    char chunk[8192];
    add(&t, "", 0);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) add(&t, chunk, n);
    if (ferror(f)) die(0, "%s", strerror(errno));
    fclose(f);
    if (strlen(t.p) != t.n) die(0, "holds a NUL byte");
    return t;
}

static bool is_name_start(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z');
}
static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

static char *skip_space(char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

static size_t take_name(const char *p, char *out, int line)
{
    size_t n = 0;
    if (!is_name_start(*p)) die(line, "a name of [a-z_][a-z0-9_]* is wanted at \"%.20s\"", p);
    while (is_name(p[n])) n++;
    if (n >= NAME_MAX_LEN) die(line, "name too long");
    memcpy(out, p, n);
    out[n] = 0;
    return n;
}

static int find_name(const Name *names, unsigned n, const char *wanted)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(names[i].text, wanted) == 0) return (int)i;
    return -1;
}

static int find_type(const char *name)
{
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (strcmp(type_names[i], name) == 0) return (int)i;
    return -1;
}

/* "owner:i64, title:text?" */
static unsigned parse_names(char *p, Name *out, unsigned max, unsigned n, int line)
{
    for (p = skip_space(p); *p; p = skip_space(p)) {
        if (n == max) die(line, "more than %u names", max);
        Name *name = &out[n];
        p += take_name(p, name->text, line);
        if (find_name(out, n, name->text) >= 0) die(line, "\"%s\" is named twice", name->text);
        p = skip_space(p);
        if (*p++ != ':') die(line, "\"%s\" has no type", name->text);
        p = skip_space(p);
        char type[NAME_MAX_LEN];
        p += take_name(p, type, line);
        name->type = find_type(type);
        if (name->type < 0) die(line, "\"%s\" is no type", type);
        if (*p == '?') p++;
        p = skip_space(p);
        n++;
        if (*p == ',') {
            p = skip_space(p + 1);
            if (!*p) return n; /* goes on in the next line of this kind */
        } else if (*p) {
            die(line, "a comma is wanted at \"%.20s\"", p);
        }
    }
    return n;
}

static Query *new_query(char *p, int line)
{
    if (nqueries == MAX_QUERIES) die(line, "more than %d statements", MAX_QUERIES);
    Query *q = &queries[nqueries];
    q->line = line;
    p = skip_space(p);
    p = skip_space(p + take_name(p, q->name, line));
    if (*p) die(line, "unexpected \"%.20s\"", p);
    for (size_t i = 0; i < nqueries; i++)
        if (strcmp(queries[i].name, q->name) == 0)
            die(line, "\"%s\" is already at line %d", q->name, queries[i].line);
    nqueries++;
    return q;
}

/* Returns which texts the lines that follow belong to: a dialect, or DIALECTS for both. */
static int parse_dialect(Query *q, char *p, int line)
{
    p = skip_space(p);
    for (int d = 0; d < DIALECTS; d++) {
        size_t n = strlen(dialect_names[d]);
        if (strncmp(p, dialect_names[d], n) != 0 || *skip_space(p + n)) continue;
        if (!q->split && q->raw[SQLITE].n) die(line, "there is text before the first dialect");
        if (q->raw[d].n) die(line, "dialect %s is repeated", dialect_names[d]);
        q->split = true;
        return d;
    }
    die(line, "dialect is sqlite or pg");
}

static void add_line(Query *q, int dialect, const char *text, int line)
{
    bool blank = text[strspn(text, " \t\r")] == 0;
    for (int d = 0; d < DIALECTS; d++) {
        if (dialect != DIALECTS && dialect != d) continue;
        if (blank && !q->raw[d].n) continue;
        if (!q->raw[d].n) q->raw_line[d] = line;
        addz(&q->raw[d], text);
        addz(&q->raw[d], "\n");
    }
}

static char *after(char *line, const char *directive)
{
    size_t n = strlen(directive);
    return strncmp(line, directive, n) == 0 ? line + n : NULL;
}

static void parse_file(char *p)
{
    Query *q = NULL;
    int dialect = DIALECTS;
    for (int line = 1; p && *p; line++) {
        char *end = strchr(p, '\n'), *rest;
        if (end) *end = 0;
        if ((rest = after(p, "-- name:"))) {
            q = new_query(rest, line);
            dialect = DIALECTS;
        } else if (!q) {
            char *first = skip_space(p);
            if (*first && strncmp(first, "--", 2) != 0) die(line, "text before the first \"-- name:\"");
        } else if ((rest = after(p, "-- args:"))) {
            q->nargs = parse_names(rest, q->args, MAX_ARGS, q->nargs, line);
        } else if ((rest = after(p, "-- row:"))) {
            q->ncols = parse_names(rest, q->cols, MAX_COLS, q->ncols, line);
        } else if ((rest = after(p, "-- dialect:"))) {
            dialect = parse_dialect(q, rest, line);
        } else {
            add_line(q, dialect, p, line);
        }
        p = end ? end + 1 : NULL;
    }
}

/* Length of a quoted piece, comment or plain byte at p; *keep says whether it goes into the text. */
static size_t token(const char *p, int line, bool *keep)
{
    *keep = true;
    if (*p == '\'' || *p == '"') {
        const char *end = strchr(p + 1, *p);
        if (!end) die(line, "quote is not closed");
        return (size_t)(end - p) + 1; /* a doubled quote is simply two pieces */
    }
    *keep = false;
    if (p[0] == '-' && p[1] == '-') return strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        if (!end) die(line, "comment is not closed");
        return (size_t)(end - p) + 2;
    }
    *keep = true;
    return 1;
}

/* Writes the placeholder for ":name" at p and returns its length in the source. */
static size_t placeholder(const Query *q, int dialect, const char *p, int line, bool *used, Text *out)
{
    char name[NAME_MAX_LEN], number[16];
    if (p[1] == ':') die(line, "write CAST(x AS type), not ::");
    size_t n = 1 + take_name(p + 1, name, line);
    int at = find_name(q->args, q->nargs, name);
    if (at < 0) die(line, "\":%s\" is not in the args of \"%s\"", name, q->name);
    used[at] = true;
    snprintf(number, sizeof number, "%c%d", dialect == PG ? '$' : '?', at + 1);
    addz(out, number);
    return n;
}

static Text translate(const Query *q, int dialect)
{
    Text out = {0};
    bool used[MAX_ARGS] = {0}, ended = false;
    int line = q->raw_line[dialect];
    const char *p = q->raw[dialect].p;
    if (!p) die(q->line, "\"%s\" has no text for %s", q->name, dialect_names[dialect]);
    while (*p) {
        bool keep;
        size_t n = token(p, line, &keep);
        if (ended && keep && !isspace((unsigned char)*p)) die(line, "a second statement in \"%s\"", q->name);
        if (n == 1 && *p == ':') {
            n = placeholder(q, dialect, p, line, used, &out);
        } else if (n == 1 && (*p == '?' || *p == '$')) {
            die(line, "write :name, not %c", *p);
        } else if (n == 1 && *p == ';') {
            ended = true;
        } else if (keep) {
            add(&out, p, n);
        }
        for (size_t i = 0; i < n; i++) line += p[i] == '\n';
        p += n;
    }
    while (out.n && isspace((unsigned char)out.p[out.n - 1])) out.p[--out.n] = 0;
    if (!out.n) die(q->line, "\"%s\" has no text", q->name);
    for (unsigned i = 0; i < q->nargs; i++)
        if (!used[i])
            die(q->line, "argument \"%s\" of \"%s\" is not used for %s", q->args[i].text, q->name,
                dialect_names[dialect]);
    return out;
}

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) {
        file_now = path;
        die(0, "%s", strerror(errno));
    }
    return f;
}

static void finish(FILE *f, const char *path)
{
    bool failed = ferror(f);
    if (fclose(f) != 0 || failed) {
        file_now = path;
        die(0, "cannot write");
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void put_literal(FILE *f, const char *p)
{
    fputs("\n        \"", f);
    for (; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n') fputs(p[1] ? "\\n\"\n        \"" : "\\n", f);
        else if (c == '"' || c == '\\') fprintf(f, "\\%c", c);
        else if (c == '?') fputs("\\?", f); /* no trigraphs */
        else if (c < 0x20 || c >= 0x7f) fprintf(f, "\\%03o", c);
        else fputc(c, f);
    }
    fputs("\"", f);
}

static void put_head(FILE *f, const char *source, const char *include)
{
    fprintf(f, "/* Made by sqlgen from %s. */\n", base_name(source));
    fprintf(f, "#include \"%s\"\n\n", include);
    fputs("#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n", f);
}

static void put_query(FILE *f, const Query *q, const char *prefix)
{
    if (q->nargs) {
        fprintf(f, "static const DbType args_%s[] = {", q->name);
        for (unsigned i = 0; i < q->nargs; i++)
            fprintf(f, "%s%s", i ? ", " : "", type_enums[q->args[i].type]);
        fputs("};\n", f);
    }
    fprintf(f, "const DbQuery %s__%s = {\n    .name = \"%s.%s\",\n    .sql = {", prefix, q->name, prefix,
            q->name);
    for (int d = 0; d < DIALECTS; d++) {
        Text sql = translate(q, d);
        put_literal(f, sql.p);
        fputs(d == 0 ? "," : "},\n", f);
        free(sql.p);
    }
    fprintf(f, "    .nargs = %u,\n    .ncols = %u,\n", q->nargs, q->ncols);
    if (q->nargs) fprintf(f, "    .arg_types = args_%s,\n", q->name);
    fputs("};\n\n", f);
}

static void put_upper(FILE *f, const char *p)
{
    for (; *p; p++) fputc(toupper((unsigned char)*p), f);
}

static void put_names(FILE *f, const char *what, const Name *names, unsigned n)
{
    fprintf(f, "%s:", what);
    for (unsigned i = 0; i < n; i++)
        fprintf(f, "%s %s:%s", i ? "," : "", names[i].text, type_names[names[i].type]);
    if (!n) fputs(" none", f);
}

static void put_declaration(FILE *f, const Query *q, const char *prefix)
{
    put_names(f, "/* args", q->args, q->nargs);
    put_names(f, "; row", q->cols, q->ncols);
    fprintf(f, " */\nextern const DbQuery %s__%s;\n#define q_%s %s__%s\n", prefix, q->name, q->name, prefix,
            q->name);
    if (q->ncols) {
        fputs("enum {", f);
        for (unsigned i = 0; i < q->ncols; i++) {
            fprintf(f, "%s Q_", i ? "," : "");
            put_upper(f, q->name);
            fputc('_', f);
            put_upper(f, q->cols[i].text);
        }
        fputs(" };\n", f);
    }
    fputc('\n', f);
}

static void make_queries(const char *source, const char *prefix, const char *out_c, const char *out_h)
{
    queries = must(calloc(MAX_QUERIES, sizeof *queries));
    Text text = read_file(source);
    parse_file(text.p);
    if (!nqueries) die(1, "no statements");
    FILE *c = create(out_c), *h = create(out_h);
    fprintf(h, "/* Made by sqlgen from %s. */\n#pragma once\n#include \"db/db.h\"\n\n", base_name(source));
    put_head(c, source, base_name(out_h));
    for (size_t i = 0; i < nqueries; i++) {
        put_query(c, &queries[i], prefix);
        put_declaration(h, &queries[i], prefix);
    }
    finish(c, out_c);
    finish(h, out_h);
}

/* The number of "0012_name.sql". */
static int migration_number(const char *path)
{
    const char *name = base_name(path);
    file_now = path;
    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)name[i])) die(0, "a migration is named NNNN_name.sql");
    if (name[4] != '_') die(0, "a migration is named NNNN_name.sql");
    return (int)strtol(name, NULL, 10);
}

static void make_migrations(const char *owner, const char *out_c, const char *out_h, char **files, int n)
{
    FILE *c = create(out_c), *h = create(out_h);
    fprintf(h, "/* Made by sqlgen. */\n#pragma once\n#include \"db/db.h\"\n\n");
    /* with its length, so that a module's count is ARRAY_LEN and cannot lag behind */
    fprintf(h, "extern const DbMigration %s_migrations[%d];\nextern const size_t %s_nmigrations;\n", owner, n,
            owner);
    put_head(c, "migrations", base_name(out_h));
    fprintf(c, "const DbMigration %s_migrations[] = {\n", owner);
    for (int i = 0; i < n; i++) {
        int number = migration_number(files[i]);
        if (number != i + 1) die(0, "number %d stands where %d is due", number, i + 1);
        Text text = read_file(files[i]);
        fprintf(c, "    {.owner = \"%s\", .number = %d, .sql =", owner, number);
        put_literal(c, text.p);
        fputs("},\n", c);
        free(text.p);
    }
    fprintf(c, "};\nconst size_t %s_nmigrations = %d;\n", owner, n);
    finish(c, out_c);
    finish(h, out_h);
}

int main(int argc, char **argv)
{
    if (argc >= 6 && strcmp(argv[1], "--migrations") == 0) {
        make_migrations(argv[2], argv[3], argv[4], argv + 5, argc - 5);
        return 0;
    }
    if (argc != 5) {
        fputs("sqlgen FILE.sql PREFIX OUT.c OUT.h\nsqlgen --migrations OWNER OUT.c OUT.h FILE...\n", stderr);
        return 2;
    }
    make_queries(argv[1], argv[2], argv[3], argv[4]);
    return 0;
}
