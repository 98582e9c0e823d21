-- name: enterprise_names
-- args: most:i64
-- row: id:i64, district:i64?, code:text, name:text
SELECT t.id, t.district, t.code, t.name FROM bodies t
WHERE t.archived_at IS NULL AND t.kind IN ('enterprise', 'operator') AND 'scope' <> 'bodies t' ORDER BY t.id LIMIT :most
