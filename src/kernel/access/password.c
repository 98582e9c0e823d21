/* Is a password good enough? Length and kinds of characters as the settings ask; not a common one, not the
 * account's name. Common means: what is left of it after the usual disguises (digits and signs around and
 * between, @ for a, 0 for o) is made of the words and names of common.c, or it is one run of a keyboard or of
 * the alphabet, or initials with a date, a telephone number or a run of digits. */
#include "access/access.h"

static const char *const runs[] = {"01234567890123456789", "abcdefghijklmnopqrstuvwxyz",
                                   "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
                                   "!@#$%^&*()"};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static char undisguise(char c)
{
    static const char from[] = "@0135$!7", to[] = "aoiessit";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : lower(c);
}

/* The password in lower case, disguises undone, without what stands before its first and after its last
 * letter. */
static Str core_of(Arena *a, Str s)
{
    size_t from = 0, to = s.n;
    while (from < to && !is_letter(undisguise(s.p[from]))) from++;
    while (to > from && !is_letter(s.p[to - 1])) to--;
    char *out = arena_alloc(a, to - from + 1);
    for (size_t i = from; i < to; i++) out[i - from] = undisguise(s.p[i]);
    return str_n(out, to - from);
}

/* The letters alone, in lower case. */
static Str letters_of(Arena *a, Str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (is_letter(s.p[i])) out[n++] = lower(s.p[i]);
    return str_n(out, n);
}

static Str digits_of(Arena *a, Str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') out[n++] = s.p[i];
    return str_n(out, n);
}

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + (p[i] - '0');
    return v;
}

/* A day of 1900 to 2099 as YYYYMMDD, or a mobile number of China. */
static bool is_known_number(Str s)
{
    enum { DAY = 8, MOBILE = 11 };
    if (s.n == MOBILE) return s.p[0] == '1' && s.p[1] >= '3';
    if (s.n != DAY) return false;
    int year = number(s.p, 4), month = number(s.p + 4, 2), day = number(s.p + 6, 2);
    return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_run(Arena *a, Str s)
{
    char *low = arena_alloc(a, s.n + 1), *back = arena_alloc(a, s.n + 1);
    bool same = true;
    for (size_t i = 0; i < s.n; i++) {
        low[i] = back[s.n - 1 - i] = lower(s.p[i]);
        same = same && low[i] == low[0];
    }
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        Str run = str_of(runs[i]);
        same = same || str_find(run, str_n(low, s.n)) >= 0 || str_find(run, str_n(back, s.n)) >= 0;
    }
    return same;
}

/* Initials and a birthday, a telephone number or a run of digits: "Zl19850312!", "Aa1234567!". */
static bool is_initials(Arena *a, Str s)
{
    enum { INITIALS = 3, LEAST_RUN = 4, SIGNS = 3 };
    Str letters = letters_of(a, s), digits = digits_of(a, s);
    if (letters.n > INITIALS || digits.n < LEAST_RUN || letters.n + digits.n + SIGNS < s.n) return false;
    return is_known_number(digits) || is_run(a, digits);
}

static bool is_common(Arena *a, Str s)
{
    return is_run(a, s) || is_initials(a, s) || password_word(letters_of(a, s)) ||
           password_word(letters_of(a, core_of(a, s)));
}

static bool holds_name(Arena *a, Str password, Str name)
{
    enum { NAME_LEAST = 3 };
    if (name.n < NAME_LEAST) return false;
    char *p = arena_alloc(a, password.n + 1), *n = arena_alloc(a, name.n + 1);
    for (size_t i = 0; i < password.n; i++) p[i] = lower(password.p[i]);
    for (size_t i = 0; i < name.n; i++) n[i] = lower(name.p[i]);
    return str_find(str_n(p, password.n), str_n(n, name.n)) >= 0;
}

static int classes_of(Str s)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        kinds |= c >= 'A' && c <= 'Z' ? 1u : c >= 'a' && c <= 'z' ? 2u : c >= '0' && c <= '9' ? 4u : 8u;
    }
    return __builtin_popcount(kinds);
}

Rc password_check(Ctx *ctx, const char *field, const PasswordRule *rule, Str password, Str name,
                  Str full_name)
{
    size_t n = str_utf8_ok(password) ? str_utf8_len(password) : 0;
    if (n < (size_t)rule->least || n > PASSWORD_MAX)
        FAIL_FIELD(ctx, field, "length", 0, "口令的长度应为 %d 至 %d 个字",
                   "the password must have %d to %d characters", (int)rule->least, PASSWORD_MAX);
    bool long_enough = rule->long_from && n >= (size_t)rule->long_from;
    if (!long_enough && classes_of(password) < rule->classes)
        FAIL_FIELD(ctx, field, "classes", 0, "口令应含大写字母、小写字母、数字、符号中的至少 %d 种",
                   "the password needs at least %d of: capital letters, small letters, digits, signs",
                   (int)rule->classes);
    if (holds_name(ctx->arena, password, name) || holds_name(ctx->arena, password, full_name))
        FAIL_FIELD(ctx, field, "weak", 0, "口令中不能含有用户名或姓名",
                   "the password must not contain the name");
    if (is_common(ctx->arena, password))
        FAIL_FIELD(ctx, field, "common", 0, "口令过于常见，容易被猜到",
                   "the password is a common one and easily guessed");
    return ctx->err.kind;
}
