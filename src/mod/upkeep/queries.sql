-- The first sample of a day stays: growth is counted from it.
-- name: sample_add
-- args: node:i64, day:i64, part:text, t:i64, bytes:i64
INSERT INTO disk_samples (node, day, part, t, bytes) VALUES (:node, :day, :part, :t, :bytes)
ON CONFLICT (node, day, part) DO NOTHING

-- name: samples
-- args: node:i64, since:i64
-- row: part:text, t:i64, bytes:i64
SELECT part, t, bytes FROM disk_samples WHERE node = :node AND day >= :since ORDER BY day, part

-- name: samples_trim
-- args: before:i64
DELETE FROM disk_samples WHERE day < :before

-- name: database_bytes
-- row: n:i64
-- dialect: sqlite
SELECT 0
-- dialect: pg
SELECT pg_database_size(current_database())

-- name: users_enabled
-- row: id:i64
SELECT id FROM users WHERE archived_at IS NULL AND enabled ORDER BY id
