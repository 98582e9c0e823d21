-- ---- the common index of matters ----

-- name: matter_put
-- args: id:i64, entity:text, code:text, title:text, state:text, grade:i64, district:i64, line:text, owner:i64
-- args: turn:i64, turn_person:i64, opened_at:i64, changed_at:i64, closed_at:i64, archived_at:i64
INSERT INTO matters (id, entity, code, title, state, state_at, grade, district, line, owner, turn, turn_person, due_key,
                     chase, opened_at, changed_at, closed_at, archived_at)
VALUES (:id, :entity, :code, :title, :state, :changed_at, :grade, :district, :line, :owner, :turn, :turn_person,
        9223372036854775807, 0, :opened_at, :changed_at, :closed_at, :archived_at)
ON CONFLICT (id) DO UPDATE
SET code = EXCLUDED.code, title = EXCLUDED.title, state = EXCLUDED.state, grade = EXCLUDED.grade,
    state_at = CASE WHEN matters.state = EXCLUDED.state THEN matters.state_at ELSE EXCLUDED.state_at END,
    district = EXCLUDED.district, line = EXCLUDED.line, owner = EXCLUDED.owner, turn = EXCLUDED.turn,
    turn_person = EXCLUDED.turn_person,
    chase = CASE WHEN matters.state <> EXCLUDED.state AND matters.chase = 1 THEN 0 ELSE matters.chase END,
    changed_at = EXCLUDED.changed_at,
    closed_at = CASE WHEN EXCLUDED.closed_at IS NULL THEN NULL
                     ELSE COALESCE(matters.closed_at, EXCLUDED.closed_at) END,
    archived_at = EXCLUDED.archived_at

-- name: matter_get
-- args: id:i64
-- row: entity:text, state:text, state_at:i64, turn:i64?, due_at:i64?, clock:text?, chase:i64, closed_at:i64?
SELECT entity, state, state_at, turn, due_at, clock, chase, closed_at FROM matters WHERE id = :id

-- name: matter_chase
-- args: id:i64, chase:i64, now:i64
UPDATE matters SET chase = CASE WHEN chase > :chase THEN chase ELSE :chase END, changed_at = :now WHERE id = :id

-- name: matter_clock
-- args: id:i64, clock:text, due_at:i64
UPDATE matters SET clock = :clock, due_at = :due_at, due_key = COALESCE(:due_at, 9223372036854775807)
 WHERE id = :id

-- name: matter_act
-- args: user_id:i64, matter:i64, t:i64, action:text
INSERT INTO matter_acts (user_id, matter, t, action) VALUES (:user_id, :matter, :t, :action)
ON CONFLICT (user_id, matter) DO UPDATE SET t = EXCLUDED.t, action = EXCLUDED.action

-- name: matter_party_add
-- args: matter:i64, body:i64, role:text
INSERT INTO matter_parties (matter, body, role) VALUES (:matter, :body, :role)
ON CONFLICT (matter, body, role) DO NOTHING

-- name: matter_link_add
-- args: from_entity:text, from_id:i64, to_entity:text, to_id:i64
INSERT INTO matter_links (from_entity, from_id, to_entity, to_id)
VALUES (:from_entity, :from_id, :to_entity, :to_id)
ON CONFLICT (from_id, to_id) DO NOTHING

-- name: matter_last
-- args: entity:text, record_id:i64
-- row: t:i64, who:text, full_name:text?, action:text
SELECT l.t, l.who, u.full_name, l.action FROM ledger l LEFT JOIN users u ON u.id = l.who_id
 WHERE l.record_id = :record_id AND l.entity = :entity ORDER BY l.n DESC LIMIT 1

-- ---- timelines ----

-- name: links_back
-- args: id:i64, max:i64
-- row: entity:text, id:i64
SELECT from_entity, from_id FROM matter_links WHERE to_id = :id ORDER BY from_id LIMIT :max

-- name: links_on
-- args: id:i64, max:i64
-- row: entity:text, id:i64
SELECT to_entity, to_id FROM matter_links WHERE from_id = :id ORDER BY to_id LIMIT :max

-- name: timeline_entries
-- args: entity:text, record_id:i64, max:i64
-- row: n:i64, t:i64, who_id:i64, who:text, why:text?, action:text, before:text?, after:text?, full_name:text?
SELECT l.n, l.t, l.who_id, l.who, l.why, l.action, l.before, l.after, u.full_name
  FROM ledger l LEFT JOIN users u ON u.id = l.who_id
 WHERE l.record_id = :record_id AND l.entity = :entity ORDER BY l.n DESC LIMIT :max
