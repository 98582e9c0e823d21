#!/usr/bin/env python3
"""Opens every docx of a directory in LibreOffice, in one run of it, and keeps its pages as office/NAME.pdf there: office.py DIRECTORY.

Without LibreOffice nothing is done, unless ANLAN_OFFICE=1 asks for it. The exit status says whether each file was opened.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

where = sys.argv[1]
files = sorted(glob.glob(os.path.join(where, "*.docx")))
office = shutil.which("soffice") or shutil.which("libreoffice")
if not office or not files:
    sys.exit(1 if os.environ.get("ANLAN_OFFICE") == "1" else 0)
with tempfile.TemporaryDirectory() as home:
    done = subprocess.run([office, f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", os.path.join(where, "office"), *files],
                          capture_output=True, text=True, timeout=240)
lost = [f for f in files if not os.path.exists(os.path.join(where, "office", os.path.splitext(os.path.basename(f))[0] + ".pdf"))]
if lost:
    print(f"LibreOffice did not open {' '.join(map(os.path.basename, lost))}\n{done.stdout}{done.stderr}")
sys.exit(1 if lost else 0)
