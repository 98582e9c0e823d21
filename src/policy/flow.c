/* Rows of tables on their way out of docx and html. Cells are parted by U+001F while their row is open; at
 * its end they become tabs when the row is short, else paragraphs (pages are laid out with tables too). Only
 * FLOW_ROWS nested rows are looked at, so each byte is seen a bounded number of times. */
#include "decode.h"

#define CELL       '\x1f'
#define ROW_BYTES  2400 /* a longer row is layout */
#define CELL_LINES 4    /* so is one with a cell of more paragraphs */

void policy__flow_text(Flow *f, Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        buf_addc(&f->out, (unsigned char)c < 0x20 ? ' ' : c);
    }
}

void policy__flow_break(Flow *f)
{
    if (f->out.n && f->out.p[f->out.n - 1] != '\n') buf_addc(&f->out, '\n');
}

void policy__flow_row(Flow *f)
{
    policy__flow_break(f);
    if (f->rows < FLOW_ROWS) f->row[f->rows] = f->out.n;
    f->rows++;
}

void policy__flow_cell(Flow *f)
{
    if (f->rows == 0 || f->rows > FLOW_ROWS) {
        policy__flow_break(f);
        return;
    }
    buf_addc(&f->out, CELL);
}

/* Short, two cells at least, no row and no run of paragraphs inside. */
static bool is_data(const char *p, size_t n)
{
    size_t cells = 0, lines = 0;
    for (size_t i = 0; i < n && n <= ROW_BYTES; i++) {
        if (p[i] == '\t' || lines > CELL_LINES) return false;
        cells += p[i] == CELL;
        lines = p[i] == CELL ? 0 : lines + (p[i] == '\n');
    }
    return n <= ROW_BYTES && cells >= 2;
}

static void row_to_line(StrBuf *out, size_t from)
{
    size_t to = from;
    bool start = true;
    for (size_t i = from; i < out->n; i++) {
        char c = out->p[i];
        if (c == CELL) {
            while (to > from && out->p[to - 1] == ' ') to--;
            if (i > from) out->p[to++] = '\t';
            start = true;
        } else if (c == '\n' || c == ' ') {
            if (!start) out->p[to++] = ' ';
        } else {
            out->p[to++] = c;
            start = false;
        }
    }
    while (to > from && out->p[to - 1] == ' ') to--;
    out->n = to;
    buf_addc(out, '\n');
}

void policy__flow_row_end(Flow *f)
{
    if (f->rows == 0) return;
    f->rows--;
    if (f->rows >= FLOW_ROWS) {
        policy__flow_break(f);
        return;
    }
    size_t from = f->row[f->rows];
    if (is_data(f->out.p + from, f->out.n - from)) {
        row_to_line(&f->out, from);
        return;
    }
    for (size_t i = from; i < f->out.n; i++)
        if (f->out.p[i] == CELL) f->out.p[i] = '\n';
    policy__flow_break(f);
}
