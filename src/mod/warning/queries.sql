-- ---- Alarms and warnings ----

-- name: warning_open_of_alarm
-- args: alarm:i64
-- row: id:i64, code:text
SELECT v.id, v.code FROM matter_links l JOIN warnings v ON v.id = l.to_id
WHERE l.from_id = :alarm AND l.to_entity = 'warnings' AND v.archived_at IS NULL
  AND v.state <> 'filed' AND v.state <> 'cancelled'
ORDER BY v.id DESC LIMIT 1

-- name: warning_of_alarm
-- args: alarm:i64
-- row: id:i64, code:text, title:text, grade:i64, state:text
SELECT v.id, v.code, v.title, v.grade, v.state FROM matter_links l JOIN warnings v ON v.id = l.to_id
WHERE l.from_id = :alarm AND l.to_entity = 'warnings' AND v.archived_at IS NULL
ORDER BY v.id DESC LIMIT 10

-- name: warning_alarms
-- args: warning:i64, most:i64
-- row: id:i64
SELECT l.from_id FROM matter_links l JOIN alarms a ON a.id = l.from_id
WHERE l.to_id = :warning AND l.from_entity = 'alarms' ORDER BY a.raised_at, a.id LIMIT :most

-- name: warning_said
-- args: warning:i64, what:text
-- row: reason_en:text?
SELECT e.reason_en FROM matter_links l JOIN alarm_events e ON e.alarm_id = l.from_id
WHERE l.to_id = :warning AND l.from_entity = 'alarms' AND e.reason_zh = :what ORDER BY e.id LIMIT 1

-- name: warning_near
-- args: object:i64, group_id:text, owner:i64, line:text, district:i64, since:i64, most:i64
-- row: id:i64, why:text
SELECT v.id, CASE WHEN v.object = :object THEN 'object' WHEN v.group_id = :group_id THEN 'group' ELSE 'owner' END
FROM warnings v
WHERE v.archived_at IS NULL AND v.created_at >= :since
  AND v.state IN ('draft', 'graded', 'published', 'handling', 'reviewing')
  AND (v.object = :object OR v.group_id = :group_id
       OR (v.owner = :owner AND v.line = :line AND v.district = :district))
ORDER BY CASE WHEN v.object = :object THEN 0 WHEN v.group_id = :group_id THEN 1 ELSE 2 END, v.id DESC LIMIT :most

-- name: warning_candidates
-- args: object:i64, group_id:text, owner:i64, line:text, district:i64, since:i64, most:i64
-- row: id:i64, why:text
SELECT a.id, CASE WHEN a.object = :object THEN 'object' WHEN a.group_id = :group_id THEN 'group'
                  WHEN a.owner = :owner AND a.field = :line THEN 'owner'
                  WHEN a.district = :district AND a.field = :line THEN 'line'
                  WHEN a.district = :district THEN 'district' ELSE 'other' END
FROM alarms a
WHERE a.archived_at IS NULL AND a.state <> 'normal' AND a.raised_at >= :since
  AND (a.verdict IS NULL OR a.verdict = 'true') AND 'scope' <> 'alarms a'
  AND NOT EXISTS (SELECT 1 FROM matter_links l JOIN warnings v ON v.id = l.to_id
                  WHERE l.from_id = a.id AND l.to_entity = 'warnings' AND v.archived_at IS NULL
                    AND v.state <> 'filed' AND v.state <> 'cancelled')
ORDER BY CASE WHEN a.object = :object THEN 0 WHEN a.group_id = :group_id THEN 1
              WHEN a.owner = :owner AND a.field = :line THEN 2
              WHEN a.district = :district AND a.field = :line THEN 3
              WHEN a.district = :district THEN 4 ELSE 5 END, a.raised_at DESC, a.id DESC LIMIT :most

-- name: warning_same_object
-- args: object:i64, since:i64
-- row: id:i64
SELECT v.id FROM warnings v
WHERE v.object = :object AND v.archived_at IS NULL AND v.created_at >= :since
  AND v.state IN ('draft', 'graded', 'published', 'handling', 'reviewing')
ORDER BY CASE WHEN v.state = 'draft' OR v.state = 'graded' THEN 1 ELSE 0 END, v.id DESC LIMIT 1

-- name: warning_watch_body
-- row: body:i64
SELECT body FROM users
WHERE body IS NOT NULL AND archived_at IS NULL AND enabled AND ' ' || roles || ' ' LIKE '% watch %'
ORDER BY id LIMIT 1

-- name: warning_office_body
-- row: id:i64
SELECT id FROM bodies
WHERE archived_at IS NULL AND kind IN ('committee_office', 'emergency', 'government')
ORDER BY CASE kind WHEN 'committee_office' THEN 0 WHEN 'emergency' THEN 1 ELSE 2 END, code LIMIT 1

-- ---- Orders ----

-- name: warning_orders
-- args: warning:i64, most:i64
-- row: id:i64
SELECT id FROM orders WHERE warning = :warning AND archived_at IS NULL ORDER BY id LIMIT :most

-- name: warning_order_of_body
-- args: warning:i64, body:i64
-- row: id:i64
SELECT id FROM orders WHERE warning = :warning AND body = :body AND state <> 'withdrawn' AND archived_at IS NULL LIMIT 1

-- ---- Routing ----

-- name: warning_rules
-- args: most:i64
-- row: id:i64, code:text, name:text, line:text?, kind:text?, role:text, how:text?, grade:i64?, district:i64?, body:i64?
-- row: valid_from:i64?, valid_to:i64?
SELECT r.id, r.code, r.name, r.line, r.object_kind, r.role, r.how, r.grade, r.district, r.body, r.valid_from, r.valid_to
FROM warning_routes r LEFT JOIN bodies b ON b.id = r.body
WHERE r.archived_at IS NULL AND (r.body IS NULL OR b.archived_at IS NULL)
ORDER BY r.code LIMIT :most

-- name: warning_district_up
-- args: district:i64
-- row: id:i64, parent:i64?
SELECT id, parent FROM districts WHERE id = :district

-- name: warning_local_body
-- args: district:i64
-- row: id:i64
SELECT id FROM bodies
WHERE district = :district AND archived_at IS NULL AND kind IN ('town', 'government', 'emergency')
ORDER BY CASE kind WHEN 'town' THEN 0 WHEN 'government' THEN 1 ELSE 2 END, code LIMIT 1

-- ---- CAP ----

-- name: cap_next
-- args: warning:i64
-- row: n:i64
SELECT coalesce(max(number), 0) + 1 FROM cap_messages WHERE warning = :warning

-- name: cap_insert
-- args: id:i64, warning:i64, number:i64, type:text, identifier:text, sender:text, sent_at:i64, headline:text, xml:text
INSERT INTO cap_messages (id, warning, number, type, identifier, sender, sent_at, headline, xml)
VALUES (:id, :warning, :number, :type, :identifier, :sender, :sent_at, :headline, :xml)

-- name: cap_of_warning
-- args: warning:i64, most:i64
-- row: number:i64, type:text, identifier:text, sender:text, sent_at:i64, headline:text
SELECT number, type, identifier, sender, sent_at, headline FROM cap_messages
WHERE warning = :warning ORDER BY number LIMIT :most

-- name: cap_one
-- args: warning:i64, number:i64
-- row: xml:text
SELECT xml FROM cap_messages WHERE warning = :warning AND (number = :number OR :number = 0)
ORDER BY number DESC LIMIT 1

-- name: warning_dict_extra
-- args: dict:text, code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = :dict AND code = :code AND archived_at IS NULL

-- name: order_danger
-- args: id:i64
-- row: to_id:i64
SELECT to_id FROM matter_links WHERE from_entity = 'orders' AND from_id = :id AND to_entity = 'dangers' LIMIT 1
