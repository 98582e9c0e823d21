-- name: shift_on_duty
-- args: now:i64, place:text, body:i64
-- row: account:i64
SELECT s.account FROM duty_shifts s JOIN users u ON u.id = s.account
 WHERE s.archived_at IS NULL AND s.place = :place AND s.starts_at <= :now AND s.ends_at > :now
   AND (:body = 0 OR s.body = :body) AND u.enabled AND u.archived_at IS NULL
 ORDER BY s.starts_at, s.id

-- name: shift_same
-- args: body:i64, person:i64, place:text, starts_at:i64
-- row: id:i64
SELECT id FROM duty_shifts
 WHERE archived_at IS NULL AND body = :body AND person = :person AND place = :place AND starts_at = :starts_at LIMIT 1

-- name: shift_latest
-- args: account:i64, body:i64, now:i64
-- row: starts_at:i64, ends_at:i64
SELECT starts_at, ends_at FROM duty_shifts
 WHERE archived_at IS NULL AND account = :account AND body = :body AND starts_at <= :now ORDER BY starts_at DESC LIMIT 1
