-- name: body_namesake
-- args: name:text, district:i64, id:i64
-- row: code:text
-- The plus keeps SQLite from searching all bodies of the district: few share a name.
SELECT code FROM bodies WHERE name = :name AND +district = :district AND id <> :id AND archived_at IS NULL ORDER BY id LIMIT 1
