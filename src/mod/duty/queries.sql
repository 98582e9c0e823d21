-- name: duty_items
-- args: list:i64
-- row: id:i64
SELECT id FROM duty_items WHERE list = :list AND archived_at IS NULL ORDER BY no, id LIMIT 200

-- name: duty_items_count
-- args: list:i64
-- row: n:i64, last:i64
SELECT count(*), coalesce(max(no), 0) FROM duty_items WHERE list = :list AND archived_at IS NULL

-- name: duty_list_in_force
-- args: family:text, id:i64
-- row: id:i64
SELECT id FROM duty_lists WHERE family = :family AND id <> :id AND state IN ('published', 'filed')
  AND archived_at IS NULL ORDER BY id LIMIT 1

-- name: duty_list_editions
-- args: family:text
-- row: last:i64, drafts:i64
SELECT coalesce(max(edition), 0), sum(CASE WHEN state = 'draft' AND archived_at IS NULL THEN 1 ELSE 0 END)
FROM duty_lists WHERE family = :family

-- name: duty_list_before
-- args: family:text, edition:i64
-- row: id:i64
SELECT id FROM duty_lists WHERE family = :family AND edition < :edition AND archived_at IS NULL
ORDER BY edition DESC, id LIMIT 1

-- Items of lists in force whose next period has begun, or that have had none.
-- name: duty_items_due
-- args: now:i64, list:i64
-- row: id:i64
SELECT i.id FROM duty_items i JOIN duty_lists l ON l.id = i.list
WHERE i.archived_at IS NULL AND l.archived_at IS NULL AND l.state IN ('published', 'filed') AND i.per IS NOT NULL
  AND (i.next_at IS NULL OR i.next_at <= :now) AND (l.valid_from IS NULL OR l.valid_from <= :now)
  AND (l.valid_to IS NULL OR i.next_at IS NULL OR i.next_at < l.valid_to) AND (:list = 0 OR l.id = :list)
ORDER BY i.id LIMIT 500

-- name: duty_paper_items
-- args: document:i64
-- row: id:i64, holder:text
SELECT id, holder FROM document_items WHERE document = :document AND archived_at IS NULL AND holder IS NOT NULL
ORDER BY place, id LIMIT 5000

-- name: duty_paper_text
-- args: document:i64
-- row: body:text
SELECT body FROM document_texts WHERE document = :document

-- name: duty_records_of_list
-- args: list:i64
-- row: id:i64
SELECT id FROM duty_records WHERE list = :list AND archived_at IS NULL ORDER BY done_at, id LIMIT 500
