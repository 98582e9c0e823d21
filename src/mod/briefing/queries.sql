-- ---- Figures that no list counts ----

-- name: briefing_signing
-- args: from_t:i64, to_t:i64, most:i64
-- row: took:i64
SELECT t.signed_at - t.issued_at FROM orders t
WHERE t.issued_at >= :from_t AND t.issued_at < :to_t AND t.signed_at IS NOT NULL AND t.state <> 'withdrawn'
  AND t.archived_at IS NULL AND 'scope' <> 'orders t' LIMIT :most

-- name: briefing_answering
-- args: from_t:i64, to_t:i64, most:i64
-- row: took:i64
SELECT t.answered_at - t.issued_at FROM orders t
WHERE t.issued_at >= :from_t AND t.issued_at < :to_t AND t.answered_at IS NOT NULL AND t.state <> 'withdrawn'
  AND t.archived_at IS NULL AND 'scope' <> 'orders t' LIMIT :most

-- name: briefing_unjudged
-- row: point_name:text?, raised_at:i64
SELECT t.point_name, t.raised_at FROM alarms t
WHERE t.state <> 'normal' AND t.archived_at IS NULL AND t.verdict IS NULL
  AND (t.state = 'unacknowledged' OR t.state = 'acknowledged' OR t.state = 'returned') AND 'scope' <> 'alarms t'
ORDER BY t.raised_at, t.id LIMIT 1

-- name: briefing_lines
-- args: from_t:i64, to_t:i64, was_from:i64, was_to:i64
-- row: line:text?, alarms:i64, wrong:i64, was:i64
SELECT t.field, sum(CASE WHEN t.raised_at >= :from_t AND t.raised_at < :to_t THEN 1 ELSE 0 END),
  sum(CASE WHEN t.raised_at >= :from_t AND t.raised_at < :to_t AND t.verdict = 'false' THEN 1 ELSE 0 END),
  sum(CASE WHEN t.raised_at >= :was_from AND t.raised_at < :was_to THEN 1 ELSE 0 END)
FROM alarms t
WHERE t.raised_at >= :was_from AND t.raised_at < :to_t AND t.archived_at IS NULL AND 'scope' <> 'alarms t'
GROUP BY t.field

-- ---- Who is late ----

-- name: briefing_late_bodies
-- args: now:i64
-- row: body:i64, name:text, n:i64, oldest:i64
SELECT b.id, b.name, count(*), min(m.due_at) FROM matters m JOIN bodies b ON b.id = m.turn
WHERE m.closed_at IS NULL AND m.archived_at IS NULL AND m.due_at < :now AND 'scope' <> 'matters m'
GROUP BY b.id, b.name ORDER BY 3 DESC, 4, b.id

-- name: briefing_late_items
-- args: now:i64, most:i64
-- row: body:text, code:text?, title:text?, due_at:i64
SELECT b.name, m.code, m.title, m.due_at FROM matters m JOIN bodies b ON b.id = m.turn
WHERE m.closed_at IS NULL AND m.archived_at IS NULL AND m.due_at < :now AND 'scope' <> 'matters m'
ORDER BY b.name, m.due_at, m.id LIMIT :most

-- What was due in a period, by who had to do it; the worst first.
-- name: briefing_task_bodies
-- args: since:i64, till:i64, now:i64
-- row: name:text, n:i64, closed:i64, late_done:i64, open:i64
SELECT b.name, count(*), sum(CASE WHEN t.state = 'closed' THEN 1 ELSE 0 END),
  sum(CASE WHEN t.on_time = FALSE THEN 1 ELSE 0 END),
  sum(CASE WHEN t.state IN ('ordered', 'doing', 'returned') AND t.due_at < :now THEN 1 ELSE 0 END)
FROM tasks t JOIN bodies b ON b.id = t.body
WHERE t.archived_at IS NULL AND t.state <> 'cancelled' AND t.due_at >= :since AND t.due_at < :till AND 'scope' <> 'tasks t'
GROUP BY b.id, b.name ORDER BY 5 DESC, 4 DESC, 2 DESC, b.id LIMIT 200

-- name: briefing_task_late
-- args: till:i64, now:i64, most:i64
-- row: body:text, code:text, title:text?, basis:text?, due_at:i64
SELECT b.name, t.code, t.title, t.basis, t.due_at FROM tasks t JOIN bodies b ON b.id = t.body
WHERE t.archived_at IS NULL AND t.state IN ('ordered', 'doing', 'returned') AND t.due_at < :till AND t.due_at < :now
  AND 'scope' <> 'tasks t'
ORDER BY t.due_at, b.name, t.id LIMIT :most

-- name: briefing_duty_bodies
-- args: since:i64, till:i64, now:i64
-- row: name:text, n:i64, done:i64, late:i64, missing:i64
SELECT b.name, count(*), sum(CASE WHEN t.state = 'done' THEN 1 ELSE 0 END),
  sum(CASE WHEN t.state = 'done' AND t.on_time = FALSE THEN 1 ELSE 0 END),
  sum(CASE WHEN t.state = 'open' AND t.due_at < :now THEN 1 ELSE 0 END)
FROM duties t JOIN bodies b ON b.id = t.body
WHERE t.archived_at IS NULL AND t.state <> 'cancelled' AND t.due_at >= :since AND t.due_at < :till AND 'scope' <> 'duties t'
GROUP BY b.id, b.name ORDER BY 5 DESC, 2 DESC, b.id LIMIT 200

-- name: briefing_majors
-- args: most:i64
-- row: code:text, title:text, enterprise:text?, level:text?, leader:text?
SELECT t.code, t.title, b.name, t.level, t.leader FROM supervisions t LEFT JOIN bodies b ON b.id = t.enterprise
WHERE t.archived_at IS NULL AND (t.state = 'hung' OR t.state = 'applied') AND 'scope' <> 'supervisions t'
ORDER BY t.code LIMIT :most

-- ---- Plans ----

-- name: briefing_plans
-- row: id:i64
SELECT id FROM briefing_plans WHERE archived_at IS NULL AND enabled = TRUE ORDER BY id LIMIT 1000

-- name: briefing_of_code
-- args: code:text
-- row: id:i64
SELECT id FROM briefings WHERE code = :code LIMIT 1

-- name: briefing_template_first
-- args: kind:text
-- row: id:i64
SELECT id FROM briefing_templates WHERE kind = :kind AND archived_at IS NULL ORDER BY id LIMIT 1

-- name: briefing_template_of_code
-- args: code:text
-- row: id:i64
SELECT id FROM briefing_templates WHERE code = :code LIMIT 1

-- ---- The leaders' page ----

-- name: lead_alarms
-- args: most:i64
-- row: id:i64, name:text?, raised_at:i64, state:text, object:text?, district:text?, verdict:text?
SELECT t.id, t.point_name, t.raised_at, t.state, o.name, d.name, t.verdict
FROM alarms t LEFT JOIN objects o ON o.id = t.object LEFT JOIN districts d ON d.id = t.district
WHERE t.state <> 'normal' AND t.archived_at IS NULL AND t.grade = 1
  AND (t.state = 'unacknowledged' OR t.state = 'acknowledged' OR t.state = 'returned') AND 'scope' <> 'alarms t'
ORDER BY t.raised_at DESC, t.id LIMIT :most

-- name: lead_red
-- args: most:i64
-- row: id:i64, entity:text, code:text?, title:text?, grade:i64?, state:text, due_at:i64?, chase:i64, turn:text?
SELECT m.id, m.entity, m.code, m.title, m.grade, m.state, m.due_at, m.chase, b.name
FROM matters m LEFT JOIN bodies b ON b.id = m.turn
WHERE m.closed_at IS NULL AND m.archived_at IS NULL AND m.grade = 1 AND m.entity = 'warnings' AND 'scope' <> 'matters m'
ORDER BY m.opened_at DESC, m.id LIMIT :most

-- name: lead_waiting
-- args: now:i64, most:i64
-- row: id:i64, entity:text, code:text?, title:text?, grade:i64?, state:text, due_at:i64?, chase:i64, turn:text?
SELECT m.id, m.entity, m.code, m.title, m.grade, m.state, m.due_at, m.chase, b.name
FROM matters m LEFT JOIN bodies b ON b.id = m.turn
WHERE m.closed_at IS NULL AND m.archived_at IS NULL AND m.entity <> 'briefings'
  AND (m.chase = 3 OR (m.chase < 2 AND m.grade <= 2 AND m.due_at < :now)) AND 'scope' <> 'matters m'
ORDER BY CASE WHEN m.chase = 3 THEN 0 ELSE 1 END, CASE WHEN m.grade IS NULL THEN 9 ELSE m.grade END,
  CASE WHEN m.due_at IS NULL THEN 1 ELSE 0 END, m.due_at, m.id LIMIT :most

-- name: lead_supervised
-- args: most:i64
-- row: id:i64, entity:text, code:text?, title:text?, grade:i64?, state:text, due_at:i64?, chase:i64, turn:text?
SELECT m.id, m.entity, m.code, m.title, m.grade, m.state, m.due_at, m.chase, b.name
FROM matters m LEFT JOIN bodies b ON b.id = m.turn
WHERE m.closed_at IS NULL AND m.archived_at IS NULL AND m.chase = 2 AND 'scope' <> 'matters m'
ORDER BY m.changed_at DESC, m.id LIMIT :most

-- name: lead_briefing
-- row: id:i64
SELECT t.id FROM briefings t
WHERE t.archived_at IS NULL AND t.state = 'issued' AND t.kind <> 'bulletin' AND 'scope' <> 'briefings t'
ORDER BY t.issued_at DESC, t.id DESC LIMIT 1
