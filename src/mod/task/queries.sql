-- Sub-tasks that have not ended.
-- name: task_open_below
-- args: parent:i64
-- row: n:i64
SELECT count(*) FROM tasks WHERE parent = :parent AND state NOT IN ('closed', 'cancelled') AND archived_at IS NULL
