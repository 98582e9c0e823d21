#!/usr/bin/env bash
# Backups of a program under load, restored: tests/backup/run.sh path/to/anlan
set -euo pipefail
program=$(realpath "${1:?the program}")
cd "$(dirname "$0")"
work=$(mktemp -d "${TMPDIR:-/tmp}/anlan-backup.XXXXXX")
trap 'rm -rf "$work"' EXIT
timeout -k 5 "${BACKUP_SECONDS:-300}" ../../scripts/with-postgres.sh python3 -B backup.py "$program" "$work"
timeout -k 5 120 python3 -B upgrade.py "$program" "$work"
