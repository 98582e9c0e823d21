-- name: rule_edges
-- args: from:i64, to:i64
-- row: n:i64
SELECT count(*) FROM rules
WHERE archived_at IS NULL AND ((valid_from > :from AND valid_from <= :to) OR (valid_to > :from AND valid_to <= :to))
