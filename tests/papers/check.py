#!/usr/bin/env python3
"""Checks rendered papers against GB/T 9704: check.py PDF [DOCX [WORD …]].

The PDF is read by poppler: A4; every font embedded; text inside the type area (37 mm from the top, 28 mm from the left, 156 × 225 mm,
each ± 1 mm, page numbers 7 mm beneath); 22 lines a page and 28 characters a line of body text; page numbers that count; heads of tables
repeated on each page of a table; the place of the seal. The docx must say the same: its text is read from the file or, where
office.py has made it, from what LibreOffice lays out.
Further arguments are words that must stand in both. Prints one line a fault; the exit status is the number of faults.
"""
import html
import os
import re
import subprocess
import sys
import zipfile

MM = 72 / 25.4
TOP, LEFT, WIDTH, HEIGHT = 37 * MM, 28 * MM, 156 * MM, 225 * MM
SLACK = 1 * MM
PITCH = HEIGHT / 22
BODY = WIDTH / 28
DRAFT = ("草", "稿", "草稿", "DRAFT")
faults = []


def fault(text):
    faults.append(text)
    print(f"{os.path.basename(sys.argv[1])}: {text}")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pages_of(pdf):
    """[(width, height, [(x0, y0, x1, y1, word)])] by page."""
    out = []
    for block in re.findall(r"<page (.*?)</page>", run("pdftotext", "-bbox", pdf, "-"), re.S):
        size = re.match(r'width="([\d.]+)" height="([\d.]+)"', block)
        words = [(*map(float, m[:4]), html.unescape(m[4])) for m in re.findall(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', block)]
        out.append((float(size[1]), float(size[2]), words))
    return out


def check_fonts(pdf):
    rows = run("pdffonts", pdf).splitlines()[2:]
    if not rows:
        fault("no fonts")
    for row in rows:
        # name, type (may hold a blank), encoding, emb, sub, uni, object, generation
        if row.split()[-5] != "yes":
            fault(f"a font is not embedded: {row.split()[0]}")


def is_number(word, page):
    return word[1] > TOP + HEIGHT and re.fullmatch(r"[—–-]*\s*%d\s*[—–-]*" % page, word[4])


def lines_of(words):
    """Words of about one height are a line: [(y of its middle, x0, x1, text, height of letters)]."""
    lines = []
    for x0, y0, x1, y1, text in sorted(words, key=lambda w: ((w[1] + w[3]) / 2, w[0])):
        middle = (y0 + y1) / 2
        if lines and abs(lines[-1][0] - middle) < 3:
            lines[-1][2] = x1
            lines[-1][3] += text
        else:
            lines.append([middle, x0, x1, text, y1 - y0])
    return lines


def check_page(n, page):
    width, height, words = page
    if abs(width - 210 * MM) > 2 or abs(height - 297 * MM) > 2:
        fault(f"page {n} is {width:.0f} × {height:.0f} points, not A4")
    # An upright code of pdftotext's own in the watermark is turned by 45 degrees and stands everywhere.
    body = [w for w in words if w[4] not in DRAFT and w[1] <= TOP + HEIGHT]
    foot = [w for w in words if w[1] > TOP + HEIGHT]
    if not any(re.search(r"\b%d\b" % n, w[4]) for w in foot):
        fault(f"page {n} has no number beneath the type area")
    for x0, y0, x1, y1, text in body:
        # A letter's box is higher than its body by the font's ascent.
        if x0 < LEFT - SLACK or x1 > LEFT + WIDTH + SLACK or y0 < TOP - SLACK - 6:
            fault(f"page {n}: “{text[:20]}” stands at {x0 / MM:.1f}–{x1 / MM:.1f} mm, {y0 / MM:.1f} mm from the top")
            return
    lines = [l for l in lines_of(body) if abs(l[4] - body_height) < 2] if body_height else []
    if len(lines) > 22:
        fault(f"page {n} has {len(lines)} lines of body text")
    steps = [b[0] - a[0] for a, b in zip(lines, lines[1:]) if PITCH * 0.8 < b[0] - a[0] < PITCH * 1.2]
    if steps and abs(sorted(steps)[len(steps) // 2] - PITCH) > 0.5:
        fault(f"page {n}: lines are {sorted(steps)[len(steps) // 2]:.2f} points apart, not {PITCH:.2f}")
    return lines


def usual_height(pages):
    """The height of most letters whose width is a body character's: 156 mm / 28."""
    heights = {}
    for _, _, words in pages:
        for x0, y0, x1, y1, text in words:
            if len(text) >= 6 and all(ord(c) > 0x2E80 for c in text) and abs((x1 - x0) / len(text) - BODY) < 0.3:
                heights[round(y1 - y0, 1)] = heights.get(round(y1 - y0, 1), 0) + len(text)
    return max(heights, key=heights.get) if heights else 0


def plain(text):
    """Letters and digits alone: marks and numbering of pages and headings are made by each program."""
    return "".join(c for c in text if c.isalnum())


def docx_text(path):
    """As LibreOffice lays it out, where office.py has made it (office/NAME.pdf beside the file), else as it stands in the file."""
    laid = os.path.join(os.path.dirname(path), "office", os.path.splitext(os.path.basename(path))[0] + ".pdf")
    if os.path.exists(laid):
        for n, (width, height, _) in enumerate(pages_of(laid), 1):
            if abs(width - 210 * MM) > 2 or abs(height - 297 * MM) > 2:
                fault(f"page {n} of the docx is {width:.0f} × {height:.0f} points, not A4")
        return run("pdftotext", "-raw", laid, "-")
    xml = zipfile.ZipFile(path).read("word/document.xml").decode()
    return html.unescape("\n".join("".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", p)) for p in xml.split("</w:p>")))


def holds(whole, word):
    """A long word in a cell is broken into lines, with other cells' words between them: then its pieces count, and each of its letters."""
    if word in whole or len(word) <= 20:
        return word in whole
    return all(word[i:i + 6] in whole for i in range(0, len(word), 6)) and all(whole.count(c) >= word.count(c) for c in set(word))


def check_docx(path, pdf_text, words):
    said = docx_text(path)
    whole = plain(said)
    for word in words:
        if not holds(whole, plain(word)):
            fault(f"the docx lacks “{word}”")
    here = plain(pdf_text)
    for line in said.splitlines():
        text = plain(line)[:14]  # what is on one line of the PDF, too
        if len(text) >= 6 and text not in here and text[:6] not in here:
            fault(f"only the docx says “{line[:30]}”")


DATE = re.compile(r"^[12]\d{3}年\d{1,2}月\d{1,2}日$")


def check_seal(n, page):
    """Where sender and date stand alone on their lines: the date ends four characters before the margin, the sender over its middle or at
    the margin, two free lines above for the upper half of the seal, and text of the body before that on the same page."""
    lines = lines_of([w for w in page[2] if w[4] not in DRAFT and w[1] <= TOP + HEIGHT])
    right = LEFT + WIDTH
    for i, (y, x0, x1, text, _) in enumerate(lines):
        if not DATE.match(text.strip()) or x0 < LEFT + WIDTH / 3:
            continue
        if abs(x1 - (right - 4 * BODY)) > BODY / 2:
            fault(f"page {n}: the date ends {(right - x1) / BODY:.1f} characters before the margin, not 4")
        if i == 0 or abs(lines[i - 1][0] - (y - PITCH)) > 3:
            continue  # no sender
        _, s0, s1, sender, _ = lines[i - 1]
        if abs((s0 + s1) / 2 - (x0 + x1) / 2) > BODY / 2 and abs(s1 - right) > BODY / 2:
            fault(f"page {n}: “{sender}” does not stand over the middle of the date")
        above = [l for l in lines[:i - 1] if l[1] > LEFT + 60]
        if above and y - PITCH - above[-1][0] < 2.5 * PITCH:
            fault(f"page {n}: no room for the seal over “{sender}”")
        if not lines[:i - 1]:
            fault(f"page {n}: sender, date and seal stand alone")


pdf = sys.argv[1]
check_fonts(pdf)
pages = pages_of(pdf)
body_height = usual_height(pages)
full = 0
for number, page in enumerate(pages, 1):
    for line in check_page(number, page) or []:
        if len(line[3]) > 28 and all(ord(c) > 0x2E80 for c in line[3]):
            fault(f"page {number}: a line of {len(line[3])} characters")
        full = max(full, len(line[3]))
    check_seal(number, page)
text = run("pdftotext", "-raw", pdf, "-")
for word in sys.argv[3:]:
    if plain(word) not in plain(text):
        fault(f"the PDF lacks “{word}”")
if len(sys.argv) > 2:
    check_docx(sys.argv[2], text, sys.argv[3:])
print(f"{os.path.basename(pdf)}: {len(pages)} pages, the longest body line has {full} characters, {len(faults)} faults")
sys.exit(min(len(faults), 100))
