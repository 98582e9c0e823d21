-- ---- ledger and outbox ----

-- name: head_read
-- row: n:i64, hash:text, outbox:i64
-- dialect: sqlite
SELECT n, hash, outbox FROM ledger_head WHERE id = 1
-- dialect: pg
SELECT n, hash, outbox FROM ledger_head WHERE id = 1 FOR UPDATE

-- name: head_peek
-- row: n:i64, hash:text
SELECT n, hash FROM ledger_head WHERE id = 1

-- name: head_write
-- args: n:i64, hash:text, outbox:i64
UPDATE ledger_head SET n = :n, hash = :hash, outbox = :outbox WHERE id = 1

-- name: ledger_insert
-- args: n:i64, t:i64, who_id:i64, who:text, peer:text, why:text, entity:text, record_id:i64, action:text
-- args: before:text, after:text, hash:text
INSERT INTO ledger (n, t, who_id, who, peer, why, entity, record_id, action, before, after, hash)
VALUES (:n, :t, :who_id, :who, :peer, :why, :entity, :record_id, :action, :before, :after, :hash)

-- name: ledger_piece
-- args: after:i64, max:i64
-- row: n:i64, t:i64, who_id:i64, who:text, peer:text, why:text?, entity:text, record_id:i64, action:text
-- row: before:text?, after:text?, hash:text
SELECT n, t, who_id, who, peer, why, entity, record_id, action, before, after, hash FROM ledger
 WHERE n > :after ORDER BY n LIMIT :max

-- name: ledger_hash
-- args: n:i64
-- row: hash:text
SELECT hash FROM ledger WHERE n = :n

-- name: heads_after
-- args: after:i64, max:i64
-- row: n:i64, hash:text, t:i64, text:text, signature:text, key:text, public_pem:text
SELECT n, hash, t, text, signature, key, public_pem FROM ledger_heads WHERE n > :after ORDER BY n LIMIT :max

-- name: heads_before
-- args: n:i64
-- row: n:i64, hash:text
SELECT n, hash FROM ledger_heads WHERE n < :n ORDER BY n DESC LIMIT 1

-- name: heads_unsigned
-- row: n:i64, t:i64
SELECT n, t FROM ledger WHERE n > (SELECT COALESCE(MAX(n), 0) FROM ledger_heads) ORDER BY n LIMIT 1

-- name: heads_day_end
-- args: first:i64, t:i64
-- row: n:i64
SELECT COALESCE((SELECT n - 1 FROM ledger WHERE n > :first AND t >= :t ORDER BY n LIMIT 1),
                (SELECT MAX(n) FROM ledger))

-- name: heads_insert
-- args: n:i64, hash:text, t:i64, text:text, signature:text, key:text, public_pem:text
INSERT INTO ledger_heads (n, hash, t, text, signature, key, public_pem)
VALUES (:n, :hash, :t, :text, :signature, :key, :public_pem)

-- name: heads_page
-- args: below:i64, max:i64
-- row: n:i64, hash:text, t:i64, text:text, signature:text, key:text
SELECT n, hash, t, text, signature, key FROM ledger_heads WHERE n < :below ORDER BY n DESC LIMIT :max

-- name: ledger_first_since
-- args: t:i64
-- row: n:i64
SELECT MIN(n) FROM ledger WHERE t >= :t

-- name: ledger_last_before
-- args: t:i64
-- row: n:i64
SELECT n FROM ledger WHERE t < :t ORDER BY t DESC, n DESC LIMIT 1

-- name: ledger_history
-- args: entity:text, record_id:i64, below:i64, max:i64
-- row: n:i64, t:i64, who_id:i64, who:text, peer:text, why:text?, entity:text, record_id:i64, action:text
-- row: before:text?, after:text?, hash:text, full_name:text?
SELECT l.n, l.t, l.who_id, l.who, l.peer, l.why, l.entity, l.record_id, l.action, l.before, l.after, l.hash,
       u.full_name
  FROM ledger l LEFT JOIN users u ON u.id = l.who_id
 WHERE l.record_id = :record_id AND l.entity = :entity AND l.n < :below
 ORDER BY l.n DESC LIMIT :max

-- name: outbox_insert
-- args: id:i64, t:i64, topic:i64, event:text, entity:text, user_id:i64, data:text
INSERT INTO outbox (id, t, topic, event, entity, user_id, data)
VALUES (:id, :t, :topic, :event, :entity, :user_id, :data)

-- name: outbox_since
-- args: id:i64, max:i64
-- row: id:i64, topic:i64, event:text, entity:text?, user_id:i64?, data:text
SELECT id, topic, event, entity, user_id, data FROM outbox WHERE id > :id ORDER BY id LIMIT :max

-- name: outbox_oldest
-- row: id:i64
SELECT COALESCE(MIN(id), 0) FROM outbox

-- name: outbox_newest
-- row: id:i64
SELECT outbox FROM ledger_head WHERE id = 1

-- name: outbox_trim
-- args: keep:i64
DELETE FROM outbox WHERE id <= (SELECT MAX(id) FROM outbox) - :keep

-- ---- who may come in ----

-- name: session_find
-- args: hash:text
-- row: user_id:i64, seen_at:i64, name:text, full_name:text?, roles:text, demo:bool, must_change:bool, password_at:i64
-- row: factor:i64, body:i64?, district:i64?, delegation:i64?
SELECT s.user_id, s.seen_at, u.name, u.full_name, u.roles, COALESCE(u.demo, FALSE), COALESCE(u.must_change, FALSE),
       COALESCE(u.password_at, u.created_at),
       (SELECT COUNT(*) FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL), u.body, u.district, s.delegation
  FROM sessions s JOIN users u ON u.id = s.user_id
 WHERE s.hash = :hash AND u.archived_at IS NULL AND u.enabled

-- name: session_seen
-- args: hash:text, now:i64
UPDATE sessions SET seen_at = :now WHERE hash = :hash AND seen_at < :now

-- name: session_delete
-- args: hash:text
DELETE FROM sessions WHERE hash = :hash

-- name: session_delete_others
-- args: user_id:i64, hash:text
DELETE FROM sessions WHERE user_id = :user_id AND hash <> :hash

-- name: session_trim
-- args: before:i64
DELETE FROM sessions WHERE seen_at < :before

-- name: token_find
-- args: hash:text, now:i64
-- row: id:i64, name:text, roles:text, body:i64?, district:i64?, demo:bool?
SELECT id, name, roles, body, district, demo FROM tokens
 WHERE hash = :hash AND archived_at IS NULL AND (expires_at IS NULL OR expires_at > :now)

-- name: login_find
-- args: name:text
-- row: id:i64, name:text, full_name:text?, roles:text, password:text
SELECT id, name, full_name, roles, password FROM users WHERE name = :name AND archived_at IS NULL AND enabled

-- name: failure_find
-- args: name:text, since:i64
-- row: failures:i64
SELECT failures FROM login_failures WHERE name = :name AND last_at > :since

-- name: failure_add
-- args: name:text, now:i64, since:i64
INSERT INTO login_failures (name, failures, last_at) VALUES (:name, 1, :now)
ON CONFLICT (name) DO UPDATE
SET failures = CASE WHEN login_failures.last_at > :since THEN login_failures.failures + 1 ELSE 1 END,
    last_at = :now

-- name: failure_clear
-- args: name:text
DELETE FROM login_failures WHERE name = :name

-- name: failure_trim
-- args: before:i64
DELETE FROM login_failures WHERE last_at < :before

-- name: grants_all
-- row: role:text, perm:text
SELECT role, perm FROM grants WHERE archived_at IS NULL AND granted ORDER BY role, perm

-- name: grant_seed_find
-- args: perm:text
-- row: perm:text
SELECT perm FROM grant_seeds WHERE perm = :perm

-- name: grant_seed_add
-- args: perm:text
INSERT INTO grant_seeds (perm) VALUES (:perm)

-- name: users_count
-- row: n:i64
SELECT COUNT(*) FROM users WHERE archived_at IS NULL

-- name: users_count_demo
-- row: n:i64
SELECT COUNT(*) FROM users WHERE archived_at IS NULL AND demo

-- name: users_with_role
-- args: role:text
-- row: n:i64
SELECT COUNT(*) FROM users WHERE archived_at IS NULL AND (' ' || roles || ' ') LIKE '% ' || :role || ' %'

-- name: users_demo
-- row: name:text, full_name:text?
SELECT name, full_name FROM users WHERE archived_at IS NULL AND demo ORDER BY id

-- ---- dictionaries ----

-- name: dict_all
-- row: dict:text, code:text, label_zh:text, label_en:text?, parent:text?, extra:text?, valid_from:i64?
-- row: valid_to:i64?
SELECT dict, code, label_zh, label_en, parent, extra, valid_from, valid_to FROM dict_entries
 WHERE archived_at IS NULL ORDER BY dict, position, code

-- name: dict_seed_find
-- args: dict:text, code:text
-- row: code:text
SELECT code FROM dict_seeds WHERE dict = :dict AND code = :code

-- name: dict_seed_add
-- args: dict:text, code:text
INSERT INTO dict_seeds (dict, code) VALUES (:dict, :code)

-- name: change_mark
-- row: dicts:i64, grants:i64, users:i64, tokens:i64, policies:i64
SELECT (SELECT COALESCE(MAX(updated_at), 0) FROM dict_entries), (SELECT COALESCE(MAX(updated_at), 0) FROM grants),
       (SELECT COALESCE(MAX(updated_at), 0) FROM users), (SELECT COALESCE(MAX(updated_at), 0) FROM tokens),
       (SELECT COALESCE(MAX(updated_at), 0) FROM policies)

-- ---- repeated requests ----

-- name: idempotency_find
-- args: who:text, path:text, key:text, since:i64
-- row: request:text, record_id:i64, version:i64, body:text
SELECT request, record_id, version, body FROM idempotency
 WHERE who = :who AND path = :path AND key = :key AND t > :since

-- name: idempotency_add
-- args: who:text, path:text, key:text, t:i64, request:text, record_id:i64, version:i64, body:text
INSERT INTO idempotency (who, path, key, t, request, record_id, version, body)
VALUES (:who, :path, :key, :t, :request, :record_id, :version, :body)
ON CONFLICT (who, path, key) DO UPDATE
SET t = EXCLUDED.t, request = EXCLUDED.request, record_id = EXCLUDED.record_id, version = EXCLUDED.version,
    body = EXCLUDED.body

-- name: idempotency_trim
-- args: before:i64
DELETE FROM idempotency WHERE t < :before

-- name: ping
-- row: one:i64
SELECT 1

-- ---- numbers ----

-- name: number_take
-- args: prefix:text
UPDATE numbers SET last = last + 1 WHERE prefix = :prefix

-- name: number_first
-- args: prefix:text
INSERT INTO numbers (prefix, last) VALUES (:prefix, 1)

-- name: number_last
-- args: prefix:text
-- row: last:i64
SELECT last FROM numbers WHERE prefix = :prefix
