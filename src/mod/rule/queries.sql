-- name: rule_edges
-- args: from:i64, to:i64
-- row: n:i64
SELECT count(*) FROM rules
WHERE archived_at IS NULL AND ((valid_from > :from AND valid_from <= :to) OR (valid_to > :from AND valid_to <= :to))


-- ---- Try-out: alarms of a point that touch a span, with the first event as their beginning ----

-- name: rule_past_alarms
-- args: point:i64, from:i64, to:i64, most:i64
-- row: id:i64, rule:text, kind:text, verdict:text?, raised_at:i64, returned_at:i64?, first_at:i64?, active:bool
SELECT a.id, a.rule, a.kind, a.verdict, a.raised_at, a.returned_at,
       (SELECT min(e.t) FROM alarm_events e WHERE e.alarm_id = a.id AND e.kind = 'raise'), a.active
FROM alarms a
WHERE a.point = :point AND a.archived_at IS NULL AND a.raised_at < :to
  AND (a.active OR a.returned_at >= :from)
ORDER BY a.raised_at DESC LIMIT :most

-- ---- Advice: points whose period is too long for a window ----

-- name: rule_slow_points
-- args: seconds:f64
-- row: code:text, interval_s:i64
SELECT code, interval_s FROM points
WHERE archived_at IS NULL AND interval_s > :seconds ORDER BY interval_s DESC, code
