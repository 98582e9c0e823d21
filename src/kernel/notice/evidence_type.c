/* What a file is, told by its first bytes and never by its name: the sender's word for it is worth nothing. A
 * package (docx, xlsx, ofd) is told by the names in its directory, which are read without unpacking anything,
 * so that a small file that unpacks to a large one costs nothing here. Documents with macros are no known
 * kind. */
#include "notice/evidence.h"

enum { ZIP_END = 22, ZIP_ENTRY = 46, ZIP_COMMENT_MAX = 65535, ZIP_ENTRIES_MAX = 10000 };

static bool has_at(Str s, size_t at, const char *bytes, size_t n)
{
    return s.n >= at + n && memcmp(s.p + at, bytes, n) == 0;
}
#define HAS(s, at, literal) has_at((s), (at), (literal), sizeof(literal) - 1)

static bool is_jpeg(Str s)
{
    return HAS(s, 0, "\xff\xd8\xff");
}
static bool is_png(Str s)
{
    return HAS(s, 0, "\x89PNG\r\n\x1a\n");
}
static bool is_webp(Str s)
{
    return HAS(s, 0, "RIFF") && HAS(s, 8, "WEBP");
}
static bool is_gif(Str s)
{
    return HAS(s, 0, "GIF87a") || HAS(s, 0, "GIF89a");
}
static bool is_pdf(Str s)
{
    return HAS(s, 0, "%PDF-");
}

/* ISO base media: the brand behind "ftyp". */
static bool brand_is(Str s, const char *const *brands, size_t n)
{
    if (!HAS(s, 4, "ftyp") || s.n < 12) return false;
    for (size_t i = 0; i < n; i++)
        if (memcmp(s.p + 8, brands[i], 4) == 0) return true;
    return false;
}
static bool is_heic(Str s)
{
    static const char *const brands[] = {"heic", "heix", "mif1", "msf1", "heim", "heis"};
    return brand_is(s, brands, ARRAY_LEN(brands));
}
static bool is_mp4(Str s)
{
    static const char *const brands[] = {"isom", "iso2", "iso4", "iso5", "iso6", "mp41",
                                         "mp42", "avc1", "3gp4", "3gp5", "3gp6", "M4V "};
    return brand_is(s, brands, ARRAY_LEN(brands));
}
static bool is_mov(Str s)
{
    static const char *const brands[] = {"qt  "};
    return brand_is(s, brands, ARRAY_LEN(brands));
}
static bool is_m4a(Str s)
{
    static const char *const brands[] = {"M4A ", "M4B "};
    return brand_is(s, brands, ARRAY_LEN(brands));
}
static bool is_amr(Str s)
{
    return HAS(s, 0, "#!AMR\n");
}

/* ---- Packages ---- */

static size_t le(Str s, size_t at, size_t bytes)
{
    size_t v = 0;
    for (size_t i = bytes; i > 0; i--) v = v << 8 | (unsigned char)s.p[at + i - 1];
    return v;
}

/* Position of the end record, s.n when there is none. */
static size_t zip_end(Str s)
{
    if (s.n < ZIP_END) return s.n;
    size_t low = s.n > ZIP_END + ZIP_COMMENT_MAX ? s.n - ZIP_END - ZIP_COMMENT_MAX : 0;
    for (size_t at = s.n - ZIP_END + 1; at > low; at--)
        if (HAS(s, at - 1, "PK\x05\x06")) return at - 1;
    return s.n;
}

/* Does the package's directory hold this name, and none that names macros? */
static bool package_has(Str s, const char *name)
{
    if (!HAS(s, 0, "PK\x03\x04")) return false;
    size_t end = zip_end(s);
    if (end == s.n) return false;
    size_t count = le(s, end + 10, 2), at = le(s, end + 16, 4);
    bool found = false;
    if (count > ZIP_ENTRIES_MAX) return false;
    for (size_t i = 0; i < count; i++) {
        if (at > s.n || s.n - at < ZIP_ENTRY || !HAS(s, at, "PK\x01\x02")) return false;
        size_t n = le(s, at + 28, 2), more = le(s, at + 30, 2) + le(s, at + 32, 2);
        if (s.n - at - ZIP_ENTRY < n) return false;
        Str entry = str_n(s.p + at + ZIP_ENTRY, n);
        if (str_find(entry, STR("vbaProject")) >= 0) return false;
        found |= str_is(entry, name);
        at += ZIP_ENTRY + n + more;
    }
    return found;
}
static bool is_docx(Str s)
{
    return package_has(s, "word/document.xml");
}
static bool is_xlsx(Str s)
{
    return package_has(s, "xl/workbook.xml");
}
static bool is_pptx(Str s)
{
    return package_has(s, "ppt/presentation.xml");
}
static bool is_ofd(Str s)
{
    return package_has(s, "OFD.xml");
}

/* HTML, SVG and XML are no words of a person, and no photo either, whatever they are called. */
static bool is_markup(Str s)
{
    if (str_starts(s, STR("\xEF\xBB\xBF"))) s = str_n(s.p + 3, s.n - 3);
    s = str_trim(s);
    return s.n > 1 && s.p[0] == '<' && (s.p[1] == '!' || s.p[1] == '?' || (s.p[1] | 32) >= 'a');
}

/* Words and nothing else. */
static bool is_txt(Str s)
{
    if (is_markup(s)) return false;
    if (!s.n || !str_utf8_ok(s)) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0x7f || (c < 0x20 && !strchr("\t\n\r\f", c)) || c == 0) return false;
    }
    return true;
}

#define OFFICE "application/vnd.openxmlformats-officedocument."
const EvidenceType evidence_types[] = {
    {"jpeg", "image/jpeg", "jpg jpeg jpe", true, is_jpeg},
    {"png", "image/png", "png", true, is_png},
    {"webp", "image/webp", "webp", true, is_webp},
    {"gif", "image/gif", "gif", true, is_gif},
    {"heic", "image/heic", "heic heif", false, is_heic},
    {"pdf", "application/pdf", "pdf", true, is_pdf},
    {"mp4", "video/mp4", "mp4 m4v 3gp", false, is_mp4},
    {"mov", "video/quicktime", "mov", false, is_mov},
    {"m4a", "audio/mp4", "m4a", false, is_m4a},
    {"amr", "audio/amr", "amr", false, is_amr},
    {"docx", OFFICE "wordprocessingml.document", "docx", false, is_docx},
    {"xlsx", OFFICE "spreadsheetml.sheet", "xlsx", false, is_xlsx},
    {"pptx", OFFICE "presentationml.presentation", "pptx", false, is_pptx},
    {"ofd", "application/ofd", "ofd", false, is_ofd},
    {"txt", "text/plain; charset=utf-8", "txt csv log md", false, is_txt},
};
const size_t evidence_ntypes = ARRAY_LEN(evidence_types);

const EvidenceType *evidence_type_of(Str content)
{
    for (size_t i = 0; i < evidence_ntypes; i++)
        if (evidence_types[i].is(content)) return &evidence_types[i];
    return NULL;
}

const EvidenceType *evidence_type_named(Str code)
{
    for (size_t i = 0; i < evidence_ntypes; i++)
        if (str_is(code, evidence_types[i].code)) return &evidence_types[i];
    return NULL;
}

/* ---- Names ---- */

/* Length of the code point at p, which is valid UTF-8. */
static size_t char_len(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static uint32_t char_at(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t c = n == 1 ? p[0] : n == 2 ? p[0] & 0x1fu : n == 3 ? p[0] & 0x0fu : p[0] & 0x07u;
    for (size_t i = 1; i < n; i++) c = c << 6 | (p[i] & 0x3fu);
    return c;
}

/* Characters without a shape of their own, or that turn the direction of what follows: a name must read as it
 * is. */
static bool is_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

static Str base_of(Str name)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') return str_n(name.p + i, name.n - i);
    return name;
}

static Str cleaned(Arena *a, Str name, size_t most)
{
    StrBuf b;
    buf_init(&b, a);
    size_t chars = 0;
    for (size_t i = 0; i < name.n && chars < most;) {
        size_t n = char_len((unsigned char)name.p[i]);
        if (!is_hidden(char_at(name.p + i, n))) {
            if (n == 1 && strchr("<>:\"|?*%`$&;'#{}", name.p[i])) buf_addc(&b, '_');
            else buf_add(&b, str_n(name.p + i, n));
            chars++;
        }
        i += n;
    }
    Str s = buf_str(&b);
    while (s.n && (s.p[0] == '.' || s.p[0] == ' ')) s = str_n(s.p + 1, s.n - 1);
    while (s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ' ')) s.n--;
    return s;
}

static Str extension_of(Str name)
{
    for (size_t i = name.n; i > 1; i--)
        if (name.p[i - 1] == '.') return str_n(name.p + i, name.n - i);
    return STR_NONE;
}

static bool extension_fits(Str extension, const EvidenceType *type)
{
    Str list = str_of(type->extensions);
    while (list.n)
        if (str_ieq(str_cut(&list, ' '), extension)) return true;
    return false;
}

Str evidence_name(Arena *a, Str name, const EvidenceType *type)
{
    Str list = str_of(type->extensions), usual = str_cut(&list, ' ');
    Str base = base_of(name), extension = extension_of(base);
    if (extension_fits(extension, type)) {
        base.n -= extension.n + 1;
        usual = extension;
    }
    Str stem = cleaned(a, base, EVIDENCE_NAME_MAX - usual.n - 1);
    if (!stem.n) stem = STR("附件");
    return str_printf(a, "%.*s.%.*s", STR_ARG(stem), STR_ARG(usual));
}
