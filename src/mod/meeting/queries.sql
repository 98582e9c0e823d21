-- Meetings of one body and kind with minutes, held in [from, to).
-- name: meeting_counted
-- args: body:i64, kind:text, from:i64, to:i64
-- row: n:i64
SELECT count(*) FROM meetings WHERE body = :body AND kind = :kind AND state IN ('minuted', 'archived')
AND held_at >= :from AND held_at < :to AND archived_at IS NULL

-- name: meeting_rule_of
-- args: body:i64, kind:text
-- row: id:i64
SELECT id FROM meeting_rules WHERE body = :body AND kind = :kind AND active AND archived_at IS NULL

-- name: meeting_decisions_of
-- args: meeting:i64
-- row: id:i64
SELECT id FROM meeting_decisions WHERE meeting = :meeting AND archived_at IS NULL
ORDER BY CASE WHEN no IS NULL THEN 1 ELSE 0 END, no, id

-- name: meeting_attendees_of
-- args: meeting:i64
-- row: id:i64
SELECT id FROM meeting_attendees WHERE meeting = :meeting AND archived_at IS NULL ORDER BY id

-- name: meeting_attendance
-- args: meeting:i64
-- row: expected:i64, present:i64
SELECT count(*), coalesce(sum(CASE WHEN present THEN 1 ELSE 0 END), 0) FROM meeting_attendees
WHERE meeting = :meeting AND archived_at IS NULL
