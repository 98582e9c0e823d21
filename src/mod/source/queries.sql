-- name: source_update
-- args: key:text, sender:text, count:i64, last_value:f64, first_seen:i64, last_seen:i64
UPDATE unclaimed SET sender = :sender, count = :count, last_value = :last_value, first_seen = :first_seen,
  last_seen = :last_seen, updated_at = :last_seen
WHERE key = :key AND archived_at IS NULL

-- name: source_claimed
-- args: key:text
-- row: id:i64
SELECT id FROM points WHERE source = :key AND archived_at IS NULL LIMIT 1

-- name: source_revive
-- args: key:text, sender:text, count:i64, last_value:f64, first_seen:i64, last_seen:i64
UPDATE unclaimed SET sender = :sender, count = :count, last_value = :last_value, first_seen = :first_seen,
  last_seen = :last_seen, updated_at = :last_seen, archived_at = NULL, version = version + 1
WHERE id = (SELECT max(id) FROM unclaimed WHERE key = :key)

-- name: source_insert
-- args: id:i64, key:text, sender:text, count:i64, last_value:f64, first_seen:i64, last_seen:i64
INSERT INTO unclaimed (id, version, created_at, updated_at, archived_at, key, sender, count, last_value, first_seen, last_seen)
VALUES (:id, 1, :first_seen, :last_seen, NULL, :key, :sender, :count, :last_value, :first_seen, :last_seen)

-- name: source_count
-- row: n:i64
SELECT count(*) FROM unclaimed WHERE archived_at IS NULL

-- name: source_keys
-- row: id:i64, key:text
SELECT id, key FROM unclaimed WHERE archived_at IS NULL

-- name: source_drop
-- args: id:i64, now:i64
UPDATE unclaimed SET archived_at = :now, updated_at = :now, version = version + 1 WHERE id = :id AND archived_at IS NULL

-- name: source_senders
-- args: most:i64
-- row: sender:text?, sources:i64, readings:i64, first_seen:i64, last_seen:i64
SELECT sender, count(*), CAST(sum(count) AS BIGINT), min(first_seen), max(last_seen) FROM unclaimed
WHERE archived_at IS NULL AND 'scope' <> 'unclaimed unclaimed'
GROUP BY sender ORDER BY count(*) DESC, sender LIMIT :most
