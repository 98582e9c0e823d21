-- name: document_text_add
-- args: document:i64, body:text
INSERT INTO document_texts (document, body) VALUES (:document, :body)

-- name: document_text
-- args: document:i64
-- row: body:text
SELECT body FROM document_texts WHERE document = :document

-- Bodies of the paper's district, of what lies in it and of what it lies in.
-- name: document_bodies
-- args: path:text
-- row: id:i64, name:text, kind:text, level:text?, code:text
SELECT b.id, b.name, b.kind, d.level, b.code FROM bodies b LEFT JOIN districts d ON d.id = b.district
WHERE b.archived_at IS NULL
  AND (:path IS NULL OR d.id IS NULL OR d.path LIKE :path || '%' OR :path LIKE d.path || '%')
ORDER BY b.id LIMIT 20000

-- name: document_aliases
-- row: alias:text, body:i64, others:text?
SELECT alias, body, others FROM unit_aliases WHERE archived_at IS NULL ORDER BY alias, id LIMIT 20000

-- name: document_alias_of
-- args: alias:text
-- row: id:i64
SELECT id FROM unit_aliases WHERE alias = :alias AND archived_at IS NULL ORDER BY id LIMIT 1

-- name: document_item_ids
-- args: document:i64
-- row: id:i64
SELECT id FROM document_items WHERE document = :document AND archived_at IS NULL ORDER BY place, id LIMIT 5000

-- name: document_item_states
-- args: document:i64
-- row: state:text, kind:text, doubtful:i64, n:i64
SELECT state, kind, CASE WHEN doubt > 0 THEN 1 ELSE 0 END AS doubtful, count(*) FROM document_items
WHERE document = :document AND archived_at IS NULL GROUP BY state, kind, CASE WHEN doubt > 0 THEN 1 ELSE 0 END
ORDER BY 1, 2, 3

-- name: document_tasks_of_item
-- args: item:i64
-- row: id:i64
SELECT id FROM tasks WHERE item = :item AND archived_at IS NULL ORDER BY id LIMIT 300

-- The indicator that was made of a row of a paper.
-- name: document_indicator_at
-- args: document:i64, place:i64
-- row: code:text
SELECT code FROM indicators WHERE document = :document AND source_from = :place AND archived_at IS NULL ORDER BY id LIMIT 1

-- The item that a row of a paper's table is.
-- name: document_item_at
-- args: document:i64, first:i64, last:i64
-- row: id:i64
SELECT id FROM document_items WHERE document = :document AND source_from < :last AND source_to > :first
AND archived_at IS NULL ORDER BY source_from DESC, id LIMIT 1
