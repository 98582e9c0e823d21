-- name: delivery_add
-- args: id:i64, channel:i64, notification:i64, user_id:i64, kind:text, target:text, title:text, text:text, link:text
-- args: event:text, t:i64, due:i64
INSERT INTO deliveries (id, channel, notification, user_id, kind, target, title, text, link, event, state, attempts,
                        next_at, t)
VALUES (:id, :channel, :notification, :user_id, :kind, :target, :title, :text, :link, :event, 'queued', 0, :due, :t)

-- name: delivery_due
-- args: now:i64, max:i64
-- row: id:i64, channel:i64, target:text, title:text, text:text, link:text, event:text, attempts:i64, next_at:i64, t:i64
SELECT id, channel, target, title, text, link, event, attempts, next_at, t FROM deliveries
 WHERE state = 'queued' AND next_at <= :now ORDER BY next_at, id LIMIT :max

-- name: delivery_claim
-- args: id:i64, next_at:i64, until:i64
UPDATE deliveries SET next_at = :until, attempts = attempts + 1
 WHERE id = :id AND state = 'queued' AND next_at = :next_at

-- name: delivery_done
-- args: id:i64, state:text, next_at:i64, words:text, done_at:i64
UPDATE deliveries SET state = :state, next_at = :next_at, words = :words, done_at = :done_at
 WHERE id = :id AND state = 'queued'

-- name: delivery_find
-- args: id:i64
-- row: state:text
SELECT state FROM deliveries WHERE id = :id

-- name: delivery_again
-- args: id:i64, now:i64
UPDATE deliveries SET state = 'queued', attempts = 0, next_at = :now, done_at = NULL WHERE id = :id AND state = 'dead'

-- name: delivery_drop
-- args: id:i64, now:i64
UPDATE deliveries SET state = 'dropped', done_at = :now WHERE id = :id AND state = 'dead'

-- name: delivery_trim
-- args: before:i64
DELETE FROM deliveries WHERE t < :before AND state <> 'queued'

-- name: delivery_contact
-- args: user_id:i64
-- row: mail:text?, mobile:text?, mail_kinds:text?, sms_kinds:text?, quiet_from:i64?, quiet_to:i64?
SELECT p.email, COALESCE(p.mobile, u.phone), s.mail_kinds, s.sms_kinds, s.quiet_from, s.quiet_to
  FROM users u
  LEFT JOIN persons p ON p.account = u.id AND p.archived_at IS NULL
  LEFT JOIN notify_prefs s ON s.user_id = u.id
 WHERE u.id = :user_id ORDER BY p.id LIMIT 1

-- name: prefs_put
-- args: user_id:i64, mail_kinds:text, sms_kinds:text, quiet_from:i64, quiet_to:i64
INSERT INTO notify_prefs (user_id, mail_kinds, sms_kinds, quiet_from, quiet_to)
VALUES (:user_id, :mail_kinds, :sms_kinds, :quiet_from, :quiet_to)
ON CONFLICT (user_id) DO UPDATE SET mail_kinds = EXCLUDED.mail_kinds, sms_kinds = EXCLUDED.sms_kinds,
       quiet_from = EXCLUDED.quiet_from, quiet_to = EXCLUDED.quiet_to

-- name: channel_kind_on
-- args: kind:text
-- row: one:i64
SELECT 1 FROM channels WHERE kind = :kind AND enabled AND archived_at IS NULL LIMIT 1

-- name: hook_seen
-- args: channel:i64
-- row: seen:i64
SELECT seen FROM webhook_cursors WHERE channel = :channel

-- name: hook_set
-- args: channel:i64, seen:i64
INSERT INTO webhook_cursors (channel, seen) VALUES (:channel, :seen)
ON CONFLICT (channel) DO UPDATE SET seen = EXCLUDED.seen

-- name: hook_newest
-- row: id:i64
SELECT outbox FROM ledger_head WHERE id = 1

-- name: hook_events
-- args: seen:i64, max:i64
-- row: id:i64, t:i64, topic:i64, event:text, user_id:i64?, data:text
SELECT id, t, topic, event, user_id, data FROM outbox WHERE id > :seen ORDER BY id LIMIT :max
