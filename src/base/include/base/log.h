/* Log lines as JSON objects on stderr: {"t":"…","level":"info","area":"db","msg":"…",…}. Thread-safe. */
#pragma once
#include "base/ctx.h"
#include <stdint.h>

typedef enum { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;

void log_set_level(LogLevel level);
bool log_parse_level(Str s, LogLevel *out);
/* One line. msg is English and short; facts go into the fields: LOG(LOG_INFO, "series", "segment sealed",
 * LOG_I64("bytes", n), LOG_STR("file", path)). */
typedef struct LogField {
    const char *name;
    enum { LOG_F_I64, LOG_F_F64, LOG_F_STR } type;
    int64_t i;
    double f;
    Str s;
} LogField;
#define LOG_I64(k, v) ((LogField){.name = (k), .type = LOG_F_I64, .i = (int64_t)(v)})
#define LOG_F64(k, v) ((LogField){.name = (k), .type = LOG_F_F64, .f = (v)})
#define LOG_STR(k, v) ((LogField){.name = (k), .type = LOG_F_STR, .s = (v)})
#define LOG_Z(k, v)   LOG_STR((k), str_of(v))
#define LOG(level, area, msg, ...)                                                                           \
    log_line((level), (area), (msg), (LogField[]){{0}, ##__VA_ARGS__},                                       \
             sizeof((LogField[]){{0}, ##__VA_ARGS__}) / sizeof(LogField))
/* fields[0] is a filler and is skipped. */
void log_line(LogLevel level, const char *area, const char *msg, const LogField *fields, size_t n);
/* The failure in ctx, with code, cause, file and line. */
void log_err(LogLevel level, const char *area, const Ctx *ctx);
