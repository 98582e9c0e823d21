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

-- ---- How far the events of each node's readings are booked ----

-- name: alarm_cursor_get
-- args: node:i64
-- row: pos:i64, part_pos:i64, part_n:i64
SELECT pos, part_pos, part_n FROM alarm_cursor WHERE node = :node

-- name: alarm_cursor_set
-- args: node:i64, pos:i64
INSERT INTO alarm_cursor (node, pos, part_pos, part_n) VALUES (:node, :pos, 0, 0)
ON CONFLICT (node) DO UPDATE SET pos = excluded.pos, part_pos = 0, part_n = 0

-- name: alarm_cursor_part
-- args: node:i64, part_pos:i64, part_n:i64
INSERT INTO alarm_cursor (node, pos, part_pos, part_n) VALUES (:node, 0, :part_pos, :part_n)
ON CONFLICT (node) DO UPDATE SET part_pos = excluded.part_pos, part_n = excluded.part_n

-- ---- Timeline ----

-- name: alarm_event_add
-- args: id:i64, alarm_id:i64, point_id:i64, rule:text, t:i64, kind:text, grade:i64, value:f64, announced:bool, limit_value:f64, reason_zh:text, reason_en:text
INSERT INTO alarm_events
  (id, alarm_id, point_id, rule, t, kind, grade, value, announced, limit_value, reason_zh, reason_en)
VALUES
  (:id, :alarm_id, :point_id, :rule, :t, :kind, :grade, :value, :announced, :limit_value, :reason_zh, :reason_en)

-- name: alarm_event_list
-- args: alarm_id:i64, most:i64
-- row: t:i64, kind:text, grade:i64?, value:f64?, announced:bool, limit_value:f64?, reason_zh:text?, reason_en:text?
SELECT t, kind, grade, value, announced, limit_value, reason_zh, reason_en FROM alarm_events
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
WHERE state <> 'normal' AND archived_at IS NULL AND 'scope' <> 'alarms alarms'
  AND (state = 'unacknowledged' OR state = 'acknowledged' OR state = 'returned')
GROUP BY grade, field ORDER BY field, grade

-- name: alarm_activations
-- args: from:i64, to:i64
-- row: t:i64, point_id:i64, rule:text, grade:i64, again:bool
SELECT t, point_id, rule, grade, kind <> 'raise' FROM alarm_events
WHERE t >= :from AND t < :to AND announced
ORDER BY t, id

-- name: alarm_activations_in
-- args: from:i64, to:i64
-- row: t:i64, point_id:i64, rule:text, grade:i64, again:bool
SELECT v.t, v.point_id, v.rule, v.grade, v.kind <> 'raise' FROM alarm_events v JOIN alarms a ON a.id = v.alarm_id
WHERE v.t >= :from AND v.t < :to AND v.announced AND 'scope' <> 'alarms a'
ORDER BY v.t, v.id

-- name: alarm_stale
-- args: before:i64
-- row: n:i64
SELECT count(*) FROM alarms
WHERE state <> 'normal' AND archived_at IS NULL AND active AND raised_at < :before AND 'scope' <> 'alarms alarms'
  AND (state = 'unacknowledged' OR state = 'acknowledged')

-- name: alarm_stale_list
-- args: before:i64, most:i64
-- row: id:i64, rule:text, name:text?, grade:i64, raised_at:i64
SELECT id, rule, point_name, grade, raised_at FROM alarms
WHERE state <> 'normal' AND archived_at IS NULL AND active AND raised_at < :before AND 'scope' <> 'alarms alarms'
  AND (state = 'unacknowledged' OR state = 'acknowledged')
ORDER BY raised_at, id LIMIT :most

-- name: alarm_tag_verdicts
-- args: point:i64, rule:text
-- row: judged:i64, wrong:i64
SELECT count(*), coalesce(sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE point = :point AND rule = :rule AND verdict IS NOT NULL AND archived_at IS NULL

-- name: alarm_false_rate
-- args: point:i64
-- row: judged:i64, wrong:i64
SELECT count(*), coalesce(sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE point = :point AND verdict IS NOT NULL AND archived_at IS NULL

-- ---- Naming ----

-- name: alarm_rule_name
-- args: code:text
-- row: name:text
SELECT name FROM rules WHERE code = :code AND archived_at IS NULL

-- name: alarm_group_members
-- args: group_id:text, most:i64
-- row: id:i64
SELECT id FROM alarms WHERE group_id = :group_id AND archived_at IS NULL AND 'scope' <> 'alarms alarms' ORDER BY raised_at, id LIMIT :most

-- ---- Evidence ----

-- name: alarm_near_objects
-- args: west:f64, east:f64, south:f64, north:f64, self:i64, lon:f64, lat:f64, shrink2:f64, most:i64
-- row: id:i64, code:text, name:text, kind:text?, field:text?, lon:f64, lat:f64
SELECT id, code, name, kind, field, lon, lat FROM objects
WHERE lat >= :south AND lat <= :north AND lon >= :west AND lon <= :east AND id <> :self AND archived_at IS NULL AND 'scope' <> 'objects objects'
  AND (kind IN ('school', 'hospital', 'complex', 'high_rise', 'metro_station', 'gas_station', 'gas_governor',
                'gas_bottle_store', 'ammonia_cold_store', 'dust_workshop', 'gas_main', 'water_main', 'heat_main',
                'drain_pipe', 'pipeline_section', 'power_cable', 'gallery_section')
       OR field IN ('crowd', 'chemical', 'fireworks', 'tailings'))
ORDER BY (lat - :lat) * (lat - :lat) + (lon - :lon) * (lon - :lon) * :shrink2, id LIMIT :most

-- name: alarm_near_features
-- args: west:f64, east:f64, south:f64, north:f64, most:i64
-- row: id:i64, layer:text, code:text?, name:text?, kind:text?, geometry:text
SELECT id, layer, code, name, kind, CAST(geometry AS TEXT) FROM map_features
WHERE layer IN ('place', 'gas_pipe', 'water_pipe', 'drain_pipe', 'heat_pipe', 'water')
  AND west <= :east AND east >= :west AND south <= :north AND north >= :south AND archived_at IS NULL
ORDER BY id LIMIT :most

-- name: alarm_near_points
-- args: west:f64, east:f64, south:f64, north:f64, self:i64, object:i64, lon:f64, lat:f64, shrink2:f64, most:i64
-- row: id:i64, no:i64, code:text, name:text, quantity:text?, unit:text?, object:i64?, lon:f64?, lat:f64?
SELECT p.id, p.no, p.code, p.name, p.quantity, p.unit, p.object, coalesce(p.lon, o.lon), coalesce(p.lat, o.lat)
FROM points p LEFT JOIN objects o ON o.id = p.object
WHERE p.archived_at IS NULL AND p.in_service AND p.id <> :self AND 'scope' <> 'points p' AND p.id IN (
  SELECT id FROM points WHERE object = :object AND archived_at IS NULL
  UNION
  SELECT id FROM points WHERE lat >= :south AND lat <= :north AND lon >= :west AND lon <= :east
    AND lat IS NOT NULL AND archived_at IS NULL
  UNION
  SELECT q.id FROM objects b JOIN points q ON q.object = b.id
  WHERE b.lat >= :south AND b.lat <= :north AND b.lon >= :west AND b.lon <= :east AND b.archived_at IS NULL
    AND q.lat IS NULL AND q.archived_at IS NULL)
ORDER BY CASE WHEN p.object = :object THEN 0 ELSE 1 END,
  (coalesce(p.lat, o.lat) - :lat) * (coalesce(p.lat, o.lat) - :lat)
  + (coalesce(p.lon, o.lon) - :lon) * (coalesce(p.lon, o.lon) - :lon) * :shrink2, p.id LIMIT :most

-- name: alarm_raises
-- args: point:i64, rule:text, month:i64, quarter:i64
-- row: own30:i64, own90:i64, all30:i64, all90:i64
SELECT coalesce(sum(CASE WHEN t >= :month AND rule = :rule THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN rule = :rule THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN t >= :month THEN 1 ELSE 0 END), 0),
       count(*)
FROM alarm_events WHERE point_id = :point AND t >= :quarter AND kind = 'raise'

-- name: alarm_faults
-- args: point:i64, since:i64
-- row: clock:i64, offline:i64
SELECT coalesce(sum(CASE WHEN kind = 'clock' THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN kind = 'offline' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE point = :point AND raised_at >= :since AND archived_at IS NULL

-- name: alarm_verdicts
-- args: point:i64, rule:text, since:i64
-- row: verdict:text, own:i64, point_n:i64
SELECT verdict, coalesce(sum(CASE WHEN rule = :rule THEN 1 ELSE 0 END), 0), count(*)
FROM alarms WHERE point = :point AND verdict IS NOT NULL AND raised_at >= :since AND archived_at IS NULL
GROUP BY verdict ORDER BY verdict

-- name: alarm_rule_verdicts
-- args: rule:text, since:i64
-- row: judged:i64, wrong:i64
SELECT count(*), coalesce(sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END), 0)
FROM alarms WHERE rule = :rule AND verdict IS NOT NULL AND raised_at >= :since AND archived_at IS NULL

-- name: alarm_judged_before
-- args: point:i64, self:i64, most:i64
-- row: id:i64, raised_at:i64, rule:text, grade:i64, verdict:text, code:text?, reason:text?, by:text?
SELECT id, raised_at, rule, worst_grade, verdict, verdict_code, verdict_reason, judged_by FROM alarms
WHERE point = :point AND id <> :self AND verdict IS NOT NULL AND archived_at IS NULL
ORDER BY raised_at DESC, id DESC LIMIT :most

-- name: alarm_last_window
-- args: now:i64, point:i64, device:i64, object:i64
-- row: id:i64, reason:text, starts_at:i64, ends_at:i64
SELECT id, reason, starts_at, ends_at FROM maintenance_windows
WHERE starts_at <= :now AND archived_at IS NULL AND (point = :point OR device = :device OR object = :object)
ORDER BY ends_at DESC, id DESC LIMIT 1

-- name: alarm_events_trim
-- args: before:i64
DELETE FROM alarm_events WHERE id IN (
  SELECT e.id FROM alarm_events e LEFT JOIN alarms a ON a.id = e.alarm_id
  WHERE e.t < :before AND (a.id IS NULL OR a.state = 'normal') ORDER BY e.t LIMIT 5000)
