-- name: notice_add
-- args: id:i64, user_id:i64, kind:text, grade:i64, title:text, text:text, entity:text, record_id:i64
-- args: sent_for:i64, t:i64, grouped:text, many:i64
INSERT INTO notifications (id, user_id, kind, grade, title, text, entity, record_id, sent_for, t, grouped, many)
VALUES (:id, :user_id, :kind, :grade, :title, :text, :entity, :record_id, :sent_for, :t, :grouped, :many)

-- name: notice_lately
-- args: user_id:i64, grouped:text, since:i64, max:i64
-- row: n:i64
SELECT COUNT(*) FROM (SELECT 1 FROM notifications
                       WHERE user_id = :user_id AND grouped = :grouped AND t > :since LIMIT :max) x

-- name: notice_sum
-- args: user_id:i64, grouped:text, since:i64
-- row: id:i64, many:i64
SELECT id, many FROM notifications
 WHERE user_id = :user_id AND grouped = :grouped AND t > :since AND read_at IS NULL ORDER BY t DESC, id DESC LIMIT 1

-- name: notice_sum_grow
-- args: id:i64, many:i64, title:text, text:text, grade:i64
UPDATE notifications
   SET many = :many, title = :title, text = :text,
       grade = CASE WHEN grade = 0 OR (:grade > 0 AND :grade < grade) THEN :grade ELSE grade END
 WHERE id = :id

-- name: notice_unread
-- args: user_id:i64
-- row: n:i64
SELECT COUNT(*) FROM notifications WHERE user_id = :user_id AND read_at IS NULL

-- name: notice_list
-- args: user_id:i64, below:i64, max:i64
-- row: id:i64, kind:text, grade:i64, title:text, text:text, entity:text?, record_id:i64, sent_for:i64, t:i64
-- row: read_at:i64?, for_name:text?
SELECT n.id, n.kind, n.grade, n.title, n.text, n.entity, n.record_id, n.sent_for, n.t, n.read_at, u.full_name
  FROM notifications n LEFT JOIN users u ON u.id = n.sent_for
 WHERE n.user_id = :user_id AND n.id < :below ORDER BY n.id DESC LIMIT :max

-- name: notice_list_unread
-- args: user_id:i64, below:i64, max:i64
-- row: id:i64, kind:text, grade:i64, title:text, text:text, entity:text?, record_id:i64, sent_for:i64, t:i64
-- row: read_at:i64?, for_name:text?
SELECT n.id, n.kind, n.grade, n.title, n.text, n.entity, n.record_id, n.sent_for, n.t, n.read_at, u.full_name
  FROM notifications n LEFT JOIN users u ON u.id = n.sent_for
 WHERE n.user_id = :user_id AND n.read_at IS NULL AND n.id < :below ORDER BY n.id DESC LIMIT :max

-- name: notice_find
-- args: user_id:i64, id:i64
-- row: id:i64
SELECT id FROM notifications WHERE id = :id AND user_id = :user_id

-- name: notice_read
-- args: user_id:i64, id:i64, t:i64
UPDATE notifications SET read_at = :t WHERE id = :id AND user_id = :user_id AND read_at IS NULL

-- name: notice_read_all
-- args: user_id:i64, upto:i64, t:i64
UPDATE notifications SET read_at = :t WHERE user_id = :user_id AND read_at IS NULL AND id <= :upto

-- name: notice_users
-- args: body:i64
-- row: id:i64, roles:text, body:i64?, district:i64?
SELECT id, roles, body, district FROM users WHERE body = :body AND archived_at IS NULL AND enabled ORDER BY id

-- name: notice_user
-- args: id:i64
-- row: roles:text, body:i64?, district:i64?
SELECT roles, body, district FROM users WHERE id = :id AND archived_at IS NULL AND enabled

-- name: notice_stand_ins
-- args: user_id:i64, now:i64
-- row: to_user:i64
SELECT d.to_user FROM delegations d JOIN users u ON u.id = d.to_user
 WHERE d.from_user = :user_id AND d.archived_at IS NULL AND d.ended_at IS NULL
   AND COALESCE(d.starts_at, d.created_at) <= :now AND d.ends_at > :now AND u.enabled AND u.archived_at IS NULL
 ORDER BY d.id

-- name: notice_trim
-- args: before:i64
DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE t < :before ORDER BY t LIMIT 5000)
