-- name: demo_notices_read
-- args: before:i64
UPDATE notifications SET read_at = t WHERE read_at IS NULL AND t < :before
