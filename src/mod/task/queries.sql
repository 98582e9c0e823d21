-- name: task_number_take
-- args: prefix:text
UPDATE task_numbers SET last = last + 1 WHERE prefix = :prefix

-- name: task_number_first
-- args: prefix:text
INSERT INTO task_numbers (prefix, last) VALUES (:prefix, 1)

-- name: task_number_last
-- args: prefix:text
-- row: last:i64
SELECT last FROM task_numbers WHERE prefix = :prefix

-- Sub-tasks that have not ended.
-- name: task_open_below
-- args: parent:i64
-- row: n:i64
SELECT count(*) FROM tasks WHERE parent = :parent AND state NOT IN ('closed', 'cancelled') AND archived_at IS NULL
