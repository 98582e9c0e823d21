/* Text from devices for people's eyes: whatever came, what goes out is valid UTF-8 on one line. The only
 * place of the gateways that includes iconv. */
#pragma once
#include "base/str.h"

/* Appends s, at most max bytes of it; bytes that are no UTF-8 and control characters become '?'. */
void text_add_clean(StrBuf *out, Str s, size_t max);
/* GB18030 (and so GBK, GB 2312, ASCII) to UTF-8, up to the first NUL, without blanks at both ends. Bytes that
 * are no GB18030 become U+FFFD, control characters '?'. Lives in a. */
Str text_of_gb18030(Arena *a, Str in);
