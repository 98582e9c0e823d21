-- ---- What is open. "state <> 'normal' AND archived_at IS NULL" names the partial index of the alarms. ----

-- name: cockpit_open
-- row: district:i64?, field:text?, grade:i64, waiting:i64, n:i64
SELECT district, field, grade, sum(CASE WHEN state = 'acknowledged' THEN 0 ELSE 1 END), count(*)
FROM alarms
WHERE state <> 'normal' AND archived_at IS NULL AND 'scope' <> 'alarms alarms'
  AND (state = 'unacknowledged' OR state = 'acknowledged' OR state = 'returned')
GROUP BY district, field, grade

-- name: cockpit_severe
-- args: most:i64
-- row: id:i64, point_name:text, grade:i64, state:text, active:bool, raised_at:i64, acked_at:i64?, judged_at:i64?
-- row: verdict:text?, value:f64?, unit:text?, reason_zh:text?, reason_en:text?, object:text?, owner:text?, district:text?
-- row: point:i64
SELECT a.id, a.point_name, a.grade, a.state, a.active, a.raised_at, a.acked_at, a.judged_at,
       a.verdict, a.value, a.unit, a.reason_zh, a.reason_en, o.name, b.name, d.name, a.point
FROM alarms a
LEFT JOIN objects o ON o.id = a.object AND 'scope' <> 'objects o'
LEFT JOIN bodies b ON b.id = a.owner
LEFT JOIN districts d ON d.id = a.district
WHERE a.state <> 'normal' AND a.archived_at IS NULL AND a.grade <= 2 AND 'scope' <> 'alarms a'
  AND (a.state = 'unacknowledged' OR a.state = 'acknowledged' OR a.state = 'returned')
ORDER BY a.grade, a.raised_at, a.id LIMIT :most

-- ---- The days before. Held alarms called nobody and are left out. ----

-- name: cockpit_days
-- args: from:i64
-- row: day:i64, grade:i64?, district:i64?, n:i64, wrong:i64
SELECT (raised_at + 28800000) / 86400000, worst_grade, district, count(*), sum(CASE WHEN verdict = 'false' THEN 1 ELSE 0 END)
FROM alarms
WHERE raised_at >= :from AND archived_at IS NULL AND 'scope' <> 'alarms alarms' AND state <> 'suppressed' AND state <> 'shelved' AND state <> 'out-of-service'
GROUP BY 1, 2, 3

-- name: cockpit_answers
-- args: from:i64, most:i64
-- row: raised_at:i64, acked_at:i64?, judged_at:i64?, grade:i64?, district:i64?
SELECT raised_at, acked_at, judged_at, worst_grade, district
FROM alarms
WHERE raised_at >= :from AND archived_at IS NULL AND 'scope' <> 'alarms alarms' AND (acked_at IS NOT NULL OR judged_at IS NOT NULL)
ORDER BY raised_at DESC LIMIT :most

-- name: cockpit_districts
-- row: id:i64, code:text, name:text
SELECT id, code, name FROM districts WHERE archived_at IS NULL ORDER BY code
