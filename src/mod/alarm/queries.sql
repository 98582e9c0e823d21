-- ---- Open records. "state <> 'normal' AND archived_at IS NULL" names the partial indexes of 0002_parts.sql. ----

-- name: alarm_open_by_key
-- args: point:i64, rule:text
-- row: id:i64
SELECT id FROM alarms
WHERE point = :point AND rule = :rule AND state <> 'normal' AND archived_at IS NULL
ORDER BY id DESC LIMIT 1

-- name: alarm_archived_point
-- args: no:i64
-- row: id:i64
SELECT id FROM points WHERE no = :no AND archived_at IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: alarm_group_of
-- args: object:i64, from:i64, to:i64
-- row: group_id:text
SELECT group_id FROM alarms
WHERE object = :object AND raised_at >= :from AND raised_at <= :to AND first_out AND archived_at IS NULL
  AND state <> 'suppressed' AND state <> 'shelved' AND state <> 'out-of-service'
ORDER BY raised_at, id LIMIT 1

-- ---- How far the events are booked ----

-- name: alarm_cursor_get
-- row: pos:i64, part_pos:i64, part_n:i64
SELECT pos, part_pos, part_n FROM alarm_cursor WHERE one = 1

-- name: alarm_cursor_set
-- args: pos:i64
UPDATE alarm_cursor SET pos = :pos, part_pos = 0, part_n = 0 WHERE one = 1

-- name: alarm_cursor_part
-- args: part_pos:i64, part_n:i64
UPDATE alarm_cursor SET part_pos = :part_pos, part_n = :part_n WHERE one = 1

-- ---- Timeline ----

-- name: alarm_event_add
-- args: id:i64, alarm_id:i64, point_id:i64, rule:text, t:i64, kind:text, grade:i64, value:f64, announced:bool
INSERT INTO alarm_events (id, alarm_id, point_id, rule, t, kind, grade, value, announced)
VALUES (:id, :alarm_id, :point_id, :rule, :t, :kind, :grade, :value, :announced)

-- name: alarm_event_list
-- args: alarm_id:i64, most:i64
-- row: t:i64, kind:text, grade:i64?, value:f64?, announced:bool
SELECT t, kind, grade, value, announced FROM alarm_events
WHERE alarm_id = :alarm_id ORDER BY id DESC LIMIT :most

-- ---- What holds alarms back, and when it ends ----

-- name: alarm_window_over
-- args: now:i64, point:i64, device:i64, object:i64
-- row: id:i64, ends_at:i64, reason:text
SELECT id, ends_at, reason FROM maintenance_windows
WHERE ends_at > :now AND starts_at <= :now AND archived_at IS NULL
  AND (point = :point OR device = :device OR object = :object)
ORDER BY ends_at DESC, id LIMIT 1

-- name: alarm_window_open
-- args: now:i64
-- row: id:i64
SELECT id FROM maintenance_windows WHERE ends_at > :now AND starts_at <= :now AND archived_at IS NULL LIMIT 1

-- name: alarm_under_window
-- args: now:i64
-- row: id:i64
SELECT a.id FROM alarms a JOIN points p ON p.id = a.point
WHERE a.state <> 'normal' AND a.archived_at IS NULL AND a.active
  AND (a.state = 'unacknowledged' OR a.state = 'acknowledged')
  AND EXISTS (SELECT 1 FROM maintenance_windows w
              WHERE w.ends_at > :now AND w.starts_at <= :now AND w.archived_at IS NULL
                AND (w.point = p.id OR w.device = p.device OR w.object = p.object))
ORDER BY a.id LIMIT 500

-- name: alarm_timed_out
-- args: now:i64
-- row: id:i64
SELECT id FROM alarms
WHERE until <= :now AND state <> 'normal' AND archived_at IS NULL AND (state = 'shelved' OR state = 'suppressed')
ORDER BY id LIMIT 500

-- name: alarm_held_by
-- args: by:text
-- row: id:i64
SELECT id FROM alarms
WHERE suppressed_by = :by AND state = 'suppressed' AND archived_at IS NULL
ORDER BY id

-- name: alarm_parent_failure
-- args: device:i64, point:i64, heartbeat:bool
-- row: id:i64
WITH RECURSIVE up (id, depth) AS (
  SELECT CAST(:device AS BIGINT), 0
  UNION ALL
  SELECT d.parent, up.depth + 1 FROM up JOIN devices d ON d.id = up.id WHERE d.parent IS NOT NULL AND up.depth < 8
)
SELECT a.id FROM up
JOIN points p ON p.device = up.id
JOIN alarms a ON a.point = p.id
WHERE p.id <> :point AND (up.depth > 0 OR (p.quantity = 'heartbeat' AND NOT :heartbeat))
  AND a.kind = 'offline' AND a.active AND a.state <> 'normal' AND a.archived_at IS NULL
ORDER BY up.depth, a.id LIMIT 1

-- name: alarm_children_offline
-- args: device:i64, point:i64, heartbeat:bool
-- row: id:i64
WITH RECURSIVE down (id, depth) AS (
  SELECT CAST(:device AS BIGINT), 0
  UNION ALL
  SELECT d.id, down.depth + 1 FROM down JOIN devices d ON d.parent = down.id WHERE down.depth < 8
)
SELECT a.id FROM down
JOIN points p ON p.device = down.id
JOIN alarms a ON a.point = p.id
WHERE p.id <> :point AND (down.depth > 0 OR (:heartbeat AND coalesce(p.quantity, '') <> 'heartbeat'))
  AND a.kind = 'offline' AND a.active AND a.state = 'unacknowledged' AND a.state <> 'normal' AND a.archived_at IS NULL
ORDER BY a.id

-- ---- Grades for the map: only what is announced colours it ----

-- name: alarm_grades
-- row: no:i64, grade:i64
SELECT p.no, min(a.grade) FROM alarms a JOIN points p ON p.id = a.point
WHERE a.state <> 'normal' AND a.archived_at IS NULL AND a.active
  AND (a.state = 'unacknowledged' OR a.state = 'acknowledged')
GROUP BY p.no ORDER BY p.no

-- name: alarm_point_grade
-- args: point:i64
-- row: no:i64, grade:i64?
SELECT p.no, (SELECT min(a.grade) FROM alarms a
              WHERE a.point = p.id AND a.state <> 'normal' AND a.archived_at IS NULL AND a.active
                AND (a.state = 'unacknowledged' OR a.state = 'acknowledged'))
FROM points p WHERE p.id = :point

-- ---- Figures ----

-- name: alarm_counts
-- row: grade:i64, field:text?, waiting:i64, n:i64
SELECT grade, field, sum(CASE WHEN state = 'acknowledged' THEN 0 ELSE 1 END), count(*)
FROM alarms
WHERE state <> 'normal' AND archived_at IS NULL
  AND (state = 'unacknowledged' OR state = 'acknowledged' OR state = 'returned')
GROUP BY grade, field

-- name: alarm_activations
-- args: from:i64, to:i64
-- row: t:i64, point_id:i64, rule:text, grade:i64
SELECT t, point_id, rule, grade FROM alarm_events
WHERE t >= :from AND t < :to AND announced
ORDER BY t, id

-- name: alarm_stale
-- args: before:i64
-- row: n:i64
SELECT count(*) FROM alarms
WHERE state <> 'normal' AND archived_at IS NULL AND active AND raised_at < :before
  AND (state = 'unacknowledged' OR state = 'acknowledged')

-- name: alarm_false_rate
-- args: point:i64
-- row: judged:i64, wrong:i64
SELECT count(*), coalesce(sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE point = :point AND verdict IS NOT NULL AND archived_at IS NULL
