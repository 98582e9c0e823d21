-- name: alarm_open_by_key
-- args: point:i64, rule:text
-- row: id:i64
SELECT id FROM alarms
WHERE point = :point AND rule = :rule AND state <> 'normal' AND archived_at IS NULL
ORDER BY id DESC LIMIT 1

-- name: alarm_cursor_get
-- args:
-- row: pos:i64
SELECT pos FROM alarm_cursor WHERE one = 1

-- name: alarm_cursor_set
-- args: pos:i64
UPDATE alarm_cursor SET pos = :pos WHERE one = 1

-- name: alarm_event_add
-- args: id:i64, alarm_id:i64, point_id:i64, rule:text, t:i64, kind:text, grade:i64, value:f64, announced:bool
INSERT INTO alarm_events (id, alarm_id, point_id, rule, t, kind, grade, value, announced)
VALUES (:id, :alarm_id, :point_id, :rule, :t, :kind, :grade, :value, :announced)

-- name: alarm_event_list
-- args: alarm_id:i64, most:i64
-- row: t:i64, kind:text, grade:i64?, value:f64?, announced:bool
SELECT t, kind, grade, value, announced FROM alarm_events
WHERE alarm_id = :alarm_id ORDER BY id DESC LIMIT :most

-- name: alarm_group_of
-- args: object:i64, since:i64
-- row: group_id:text
SELECT group_id FROM alarms
WHERE object = :object AND raised_at >= :since AND state <> 'normal' AND archived_at IS NULL
ORDER BY raised_at, id LIMIT 1

-- name: alarm_timed_out
-- args: now:i64
-- row: id:i64
SELECT id FROM alarms
WHERE (state = 'shelved' OR state = 'suppressed') AND until <= :now AND archived_at IS NULL

-- name: alarm_suppressed_by
-- args: parent:text
-- row: id:i64
SELECT id FROM alarms
WHERE suppressed_by = :parent AND state = 'suppressed' AND archived_at IS NULL

-- name: alarm_parent_failure
-- args: device:i64
-- row: id:i64
SELECT a.id FROM alarms a
JOIN points p ON p.id = a.point
JOIN devices d ON d.id = :device
WHERE p.device = d.parent AND a.kind = 'offline' AND a.active AND a.state <> 'normal' AND a.archived_at IS NULL
ORDER BY a.id LIMIT 1

-- name: alarm_children_offline
-- args: gateway:i64
-- row: id:i64
SELECT a.id FROM alarms a
JOIN points p ON p.id = a.point
JOIN devices d ON d.id = p.device
WHERE d.parent = :gateway AND a.kind = 'offline' AND a.state = 'unacknowledged' AND a.archived_at IS NULL

-- name: alarm_window_now
-- args: now:i64, point:i64, device:i64, object:i64
-- row: until:i64
SELECT max(ends_at) FROM maintenance_windows
WHERE starts_at <= :now AND ends_at > :now AND archived_at IS NULL
  AND (point = :point OR device = :device OR object = :object)

-- name: alarm_counts
-- args:
-- row: grade:i64, field:text?, waiting:i64, n:i64
SELECT grade, field, sum(CASE WHEN state = 'unacknowledged' OR state = 'returned' THEN 1 ELSE 0 END), count(*)
FROM alarms
WHERE archived_at IS NULL AND (state = 'unacknowledged' OR state = 'acknowledged' OR state = 'returned')
GROUP BY grade, field

-- name: alarm_active_grades
-- args:
-- row: no:i64, grade:i64
SELECT p.no, a.grade FROM alarms a JOIN points p ON p.id = a.point
WHERE a.active AND a.state <> 'normal' AND a.state <> 'out-of-service' AND a.archived_at IS NULL

-- name: alarm_point_grade
-- args: no:i64
-- row: grade:i64?
SELECT min(a.grade) FROM alarms a JOIN points p ON p.id = a.point
WHERE p.no = :no AND a.active AND a.state <> 'normal' AND a.state <> 'out-of-service' AND a.archived_at IS NULL

-- name: alarm_activations
-- args: from:i64, to:i64
-- row: t:i64, point_id:i64, rule:text, grade:i64
SELECT t, point_id, rule, grade FROM alarm_events
WHERE t >= :from AND t < :to AND announced AND (kind = 'raise' OR kind = 'escalate')
ORDER BY t, id

-- name: alarm_stale
-- args: before:i64
-- row: n:i64
SELECT count(*) FROM alarms
WHERE active AND raised_at < :before AND archived_at IS NULL
  AND (state = 'unacknowledged' OR state = 'acknowledged')

-- name: alarm_false_rate
-- args: point:i64
-- row: judged:i64, wrong:i64
SELECT count(*), coalesce(sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE point = :point AND verdict IS NOT NULL AND archived_at IS NULL
