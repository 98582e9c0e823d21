/* Persons: members of a body, reached by telephone when it matters. Telephones and the identity number are
 * masked; the number is checked digit by digit, because a wrong one names somebody else. A person may have an
 * account; the account stays when the person leaves the post. */
#include "people_private.h"
#include "base/clock.h"

static const Field fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH,
     .min = 1,
     .max = 64,
     .label = T("人员编号", "Code"),
     .help = T("不填时自动编号", "given by the program when left out"),
     .group = "basic"},
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 60,
     .label = T("姓名", "Name"),
     .group = "basic"},
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "bodies",
     .label = T("单位", "Body"),
     .group = "basic"},
    {.name = "post",
     .type = F_REF,
     .flags = F_FILTER | F_LIST,
     .ref = "posts",
     .label = T("岗位", "Post"),
     .group = "basic"},
    {.name = "mobile",
     .type = F_TEXT,
     .flags = F_MASK | F_LIST,
     .max = 20,
     .label = T("手机", "Mobile"),
     .group = "contact"},
    {.name = "phone",
     .type = F_TEXT,
     .flags = F_MASK,
     .max = 30,
     .label = T("办公电话", "Office telephone"),
     .group = "contact"},
    {.name = "email", .type = F_TEXT, .max = 100, .label = T("电子邮箱", "E-mail"), .group = "contact"},
    {.name = "id_number",
     .type = F_TEXT,
     .flags = F_MASK | F_UNIQUE,
     .min = 18,
     .max = 18,
     .label = T("身份证件号码", "Identity number"),
     .help = T("GB 11643，18 位，含校验码", "GB 11643, 18 characters with a check character"),
     .group = "basic"},
    {.name = "account",
     .type = F_REF,
     .flags = F_UNIQUE | F_FILTER | F_LIST,
     .ref = "users",
     .label = T("账户", "Account"),
     .group = "basic"},
    {.name = "enabled",
     .type = F_BOOL,
     .flags = F_FILTER | F_LIST,
     .fallback = "true",
     .label = T("在岗", "In office"),
     .group = "basic"},
    {.name = "note",
     .type = F_TEXT,
     .flags = F_LONG,
     .max = 500,
     .label = T("备注", "Note"),
     .group = "other"},
};

/* ---- Identity number ---- */

static int digits(Str s, size_t from, size_t n)
{
    int v = 0;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

static bool birthday_ok(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1850 || year > 2100 || month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

bool id_number_ok(Str s)
{
    /* GB 11643 by ISO 7064 MOD 11-2: weights 2^(17-i) mod 11. */
    static const int weight[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char check[] = "10X98765432";
    if (s.n != 18 || digits(s, 0, 6) < 110000 || digits(s, 14, 3) < 0) return false;
    if (!birthday_ok(digits(s, 6, 4), digits(s, 10, 2), digits(s, 12, 2))) return false;
    int sum = 0;
    for (size_t i = 0; i < ARRAY_LEN(weight); i++) sum += (s.p[i] - '0') * weight[i];
    return s.p[17] == check[sum % 11];
}

/* ---- Checks ---- */

bool people_phone_ok(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789+-() #", s.p[i])) return false;
    return true;
}

static bool email_ok(Str s)
{
    Str rest = s, name = str_cut(&rest, '@');
    bool blank = false;
    for (size_t i = 0; i < s.n; i++) blank |= (unsigned char)s.p[i] <= ' ' || strchr("<>,;\"", s.p[i]);
    return !blank && name.n && name.n != s.n && rest.n > 2 && memchr(rest.p, '.', rest.n) &&
           !memchr(rest.p, '@', rest.n);
}

static void check_texts(Work *w, const Entity *e, Record *rec)
{
    static const char *const phones[] = {"mobile", "phone"};
    for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
        Str s = rec_text(e, rec, phones[i]);
        if (!people_phone_ok(s) && !memchr(s.p, '*', s.n))
            FAIL_FIELD(w->ctx, phones[i], "format", 0, "电话号码含有不能使用的字符",
                       "the telephone number has characters that cannot be used");
    }
    Str email = rec_text(e, rec, "email");
    if (email.n && !email_ok(email))
        FAIL_FIELD(w->ctx, "email", "format", 0, "电子邮箱格式不符", "this is no e-mail address");
    Str id = rec_text(e, rec, "id_number");
    if (id.n == 18 && id.p[17] == 'x') {
        id = str_printf(w->ctx->arena, "%.*sX", 17, id.p);
        rec_set(e, rec, "id_number", db_val_text(id));
    }
    if (id.n && !id_number_ok(id) && !memchr(id.p, '*', id.n))
        FAIL_FIELD(w->ctx, "id_number", "check", 0, "身份证件号码的日期或校验码不符",
                   "the identity number's date or check character is wrong");
}

static Rc check_post(Work *w, const Entity *e, const Record *rec)
{
    int64_t id = rec_i64(e, rec, "post");
    Record *post;
    if (!id) return 0;
    TRY(store_get(w, &post_entity, id, &post));
    if (rec_i64(&post_entity, post, "body") == rec_i64(e, rec, "body")) return 0;
    return FAIL_FIELD(w->ctx, "post", "contradiction", 0, "岗位不属于该单位",
                      "the post belongs to another body");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old) people_number(e, rec, w->ctx->arena);
    check_texts(w, e, rec);
    Rc rc = check_post(w, e, rec);
    return rc < 0 ? rc : w->ctx->err.kind;
}

const Entity person_entity = {
    .name = "person",
    .plural = "persons",
    .title = T("人员", "Persons"),
    .icon = T("", "person"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "person.read",
    .write_perm = "person.write",
    .unmask_perm = "person.unmask",
    .code_field = "code",
    .title_field = "name",
    .sort = "name",
    .validate = validate,
    .scope = {.kind = SCOPE_VIA, .via = "body"},
    .searched = true,
};
