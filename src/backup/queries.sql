-- name: schema_version
-- row: n:i64
SELECT COUNT(*) FROM schema_migration
