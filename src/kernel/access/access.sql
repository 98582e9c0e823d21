-- ---- accounts ----

-- name: history_of_passwords
-- args: user_id:i64, max:i64
-- row: hash:text
SELECT hash FROM password_history WHERE user_id = :user_id ORDER BY t DESC LIMIT :max

-- name: history_add
-- args: user_id:i64, t:i64, hash:text
INSERT INTO password_history (user_id, t, hash) VALUES (:user_id, :t, :hash)
ON CONFLICT (user_id, t) DO UPDATE SET hash = EXCLUDED.hash

-- name: history_trim
-- args: user_id:i64, max:i64
DELETE FROM password_history
 WHERE user_id = :user_id
   AND t < (SELECT MIN(h.t) FROM (SELECT t FROM password_history WHERE user_id = :user_id
                                   ORDER BY t DESC LIMIT :max) h)

-- name: account_facts
-- args: user_id:i64, since:i64
-- row: failures:i64, factor:i64, seen_at:i64
SELECT COALESCE((SELECT f.failures FROM login_failures f JOIN users u ON u.name = f.name
                  WHERE u.id = :user_id AND f.last_at > :since), 0),
       (SELECT COUNT(*) FROM second_factors s WHERE s.user_id = :user_id AND s.confirmed_at IS NOT NULL),
       COALESCE((SELECT MAX(s.seen_at) FROM sessions s WHERE s.user_id = :user_id), 0)

-- name: unlock
-- args: user_id:i64
DELETE FROM login_failures WHERE name IN (SELECT name FROM users WHERE id = :user_id)

-- ---- sessions ----

-- name: session_add
-- args: hash:text, id:i64, user_id:i64, peer:text, agent:text, now:i64
INSERT INTO sessions (hash, id, user_id, peer, agent, created_at, seen_at)
VALUES (:hash, :id, :user_id, :peer, :agent, :now, :now)

-- name: sessions_of
-- args: user_id:i64, since:i64
-- row: id:i64, hash:text, peer:text, agent:text?, created_at:i64, seen_at:i64
SELECT id, hash, peer, agent, created_at, seen_at FROM sessions
 WHERE user_id = :user_id AND seen_at > :since ORDER BY seen_at DESC, id DESC LIMIT 100

-- name: session_end
-- args: id:i64, user_id:i64
DELETE FROM sessions WHERE id = :id AND user_id = :user_id

-- ---- second factor ----

-- name: factor_find
-- args: user_id:i64
-- row: secret:text, made_at:i64, confirmed_at:i64?, last_step:i64
SELECT secret, made_at, confirmed_at, last_step FROM second_factors WHERE user_id = :user_id

-- name: factor_put
-- args: user_id:i64, secret:text, now:i64
INSERT INTO second_factors (user_id, secret, made_at, confirmed_at, last_step)
VALUES (:user_id, :secret, :now, NULL, 0)
ON CONFLICT (user_id) DO UPDATE
SET secret = EXCLUDED.secret, made_at = EXCLUDED.made_at, confirmed_at = NULL, last_step = 0

-- name: factor_step
-- args: user_id:i64, step:i64
UPDATE second_factors SET last_step = :step WHERE user_id = :user_id AND last_step < :step

-- name: factor_confirm
-- args: user_id:i64, now:i64
UPDATE second_factors SET confirmed_at = :now WHERE user_id = :user_id

-- name: factor_delete
-- args: user_id:i64
DELETE FROM second_factors WHERE user_id = :user_id

-- name: recovery_add
-- args: user_id:i64, hash:text
INSERT INTO recovery_codes (user_id, hash) VALUES (:user_id, :hash)

-- name: recovery_use
-- args: user_id:i64, hash:text
DELETE FROM recovery_codes WHERE user_id = :user_id AND hash = :hash

-- name: recovery_clear
-- args: user_id:i64
DELETE FROM recovery_codes WHERE user_id = :user_id

-- name: recovery_count
-- args: user_id:i64
-- row: n:i64
SELECT COUNT(*) FROM recovery_codes WHERE user_id = :user_id

-- ---- tokens ----

-- name: token_seen
-- args: token_id:i64, now:i64
INSERT INTO token_uses (token_id, used_at) VALUES (:token_id, :now)
ON CONFLICT (token_id) DO UPDATE SET used_at = EXCLUDED.used_at

-- name: token_use
-- args: token_id:i64
-- row: used_at:i64
SELECT used_at FROM token_uses WHERE token_id = :token_id

-- ---- delegations ----

-- name: delegations_to
-- args: to_user:i64, now:i64
-- row: id:i64, name:text, full_name:text?, reason:text?, ends_at:i64
SELECT d.id, u.name, u.full_name, d.reason, d.ends_at
  FROM delegations d JOIN users u ON u.id = d.from_user
 WHERE d.to_user = :to_user AND d.archived_at IS NULL AND d.ended_at IS NULL
   AND d.starts_at <= :now AND d.ends_at > :now AND u.archived_at IS NULL AND u.enabled
 ORDER BY d.ends_at LIMIT 50

-- name: delegation_usable
-- args: id:i64, to_user:i64, now:i64
-- row: name:text, full_name:text?, roles:text?, ends_at:i64, body:i64?, district:i64?
SELECT u.name, u.full_name, u.roles, d.ends_at, u.body, u.district
  FROM delegations d JOIN users u ON u.id = d.from_user
 WHERE d.id = :id AND d.to_user = :to_user AND d.archived_at IS NULL AND d.ended_at IS NULL
   AND d.starts_at <= :now AND d.ends_at > :now AND u.archived_at IS NULL AND u.enabled

-- name: session_act
-- args: hash:text, delegation:i64
UPDATE sessions SET delegation = :delegation WHERE hash = :hash
