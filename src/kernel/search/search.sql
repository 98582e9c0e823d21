-- The search index; its tables are in migrations/0003_search.sql.

-- name: search_find
-- args: id:i64
-- row: labels:text, code:text?, title:text?, body:text?
SELECT labels, code, title, body FROM search WHERE id = :id

-- name: search_entity
-- args: id:i64
-- row: entity:text
SELECT entity FROM search WHERE id = :id

-- name: search_put
-- args: id:i64, entity:text, code:text, title:text, state:text, grade:i64, updated_at:i64, labels:text, body:text
INSERT INTO search (id, entity, code, title, state, grade, updated_at, labels, body)
VALUES (:id, :entity, :code, :title, :state, :grade, :updated_at, :labels, :body)
ON CONFLICT (id) DO UPDATE
SET code = EXCLUDED.code, title = EXCLUDED.title, state = EXCLUDED.state, grade = EXCLUDED.grade,
    updated_at = EXCLUDED.updated_at, labels = EXCLUDED.labels, body = EXCLUDED.body

-- name: search_drop
-- args: id:i64
DELETE FROM search WHERE id = :id

-- name: search_terms_put
-- args: id:i64, terms:text
-- dialect: sqlite
INSERT INTO search_terms (rowid, terms) VALUES (:id, :terms)
-- dialect: pg
UPDATE search SET terms = CAST(:terms AS tsvector) WHERE id = :id

-- name: search_terms_drop
-- args: id:i64, terms:text
-- dialect: sqlite
INSERT INTO search_terms (search_terms, rowid, terms) VALUES ('delete', :id, :terms)
-- dialect: pg
UPDATE search SET terms = NULL WHERE id = :id AND CAST(:terms AS TEXT) IS NOT NULL

-- name: search_page
-- args: match:text, below:i64, max:i64
-- row: id:i64, entity:text, code:text?, title:text?, state:text?, grade:i64?, updated_at:i64, body:text?
-- dialect: sqlite
SELECT s.id, s.entity, s.code, s.title, s.state, s.grade, s.updated_at, s.body
  FROM search_terms x CROSS JOIN search s ON s.id = x.rowid
 WHERE x.search_terms MATCH :match AND x.rowid < :below
 ORDER BY x.rowid DESC LIMIT :max
-- dialect: pg
SELECT s.id, s.entity, s.code, s.title, s.state, s.grade, s.updated_at, s.body FROM search s
 WHERE s.terms @@ CAST(:match AS tsquery) AND s.id < :below
 ORDER BY s.id DESC LIMIT :max

-- Of few: found by the index of terms, then put in order. PostgreSQL takes a rare word for a common one and would walk
-- the newest rows until a page is full, which may be all of them.
-- name: search_page_few
-- args: match:text, below:i64, max:i64
-- row: id:i64, entity:text, code:text?, title:text?, state:text?, grade:i64?, updated_at:i64, body:text?
-- dialect: sqlite
SELECT s.id, s.entity, s.code, s.title, s.state, s.grade, s.updated_at, s.body
  FROM search_terms x CROSS JOIN search s ON s.id = x.rowid
 WHERE x.search_terms MATCH :match AND x.rowid < :below
 ORDER BY x.rowid DESC LIMIT :max
-- dialect: pg
WITH found AS MATERIALIZED (SELECT f.id FROM search f WHERE f.terms @@ CAST(:match AS tsquery))
SELECT s.id, s.entity, s.code, s.title, s.state, s.grade, s.updated_at, s.body
  FROM search s
 WHERE s.id IN (SELECT id FROM found WHERE id < :below ORDER BY id DESC LIMIT :max)
 ORDER BY s.id DESC

-- name: search_count
-- args: match:text, max:i64
-- row: n:i64
-- dialect: sqlite
SELECT COUNT(*) FROM (SELECT rowid FROM search_terms WHERE search_terms MATCH :match LIMIT :max)
-- dialect: pg
SELECT COUNT(*) FROM (SELECT 1 FROM search WHERE terms @@ CAST(:match AS tsquery) LIMIT :max) x

-- name: search_empty_terms
-- dialect: sqlite
INSERT INTO search_terms (search_terms) VALUES ('delete-all')
-- dialect: pg
UPDATE search_state SET version = version WHERE id = 1

-- name: search_empty
DELETE FROM search

-- name: search_state
-- row: version:text, entity:text, after_id:i64
SELECT version, entity, after_id FROM search_state WHERE id = 1

-- name: search_state_set
-- args: version:text, entity:text, after_id:i64
UPDATE search_state SET version = :version, entity = :entity, after_id = :after_id WHERE id = 1

-- name: search_state_again
-- args: entity:text
UPDATE search_state SET entity = :entity, after_id = 0 WHERE id = 1

-- name: rename_note
-- args: id:i64, target:text
INSERT INTO search_renames (id, target, at_entity, after_id) VALUES (:id, :target, '', 0)
ON CONFLICT (id) DO UPDATE SET at_entity = '', after_id = 0

-- name: rename_next
-- row: id:i64, target:text, at_entity:text, after_id:i64
SELECT id, target, at_entity, after_id FROM search_renames ORDER BY id LIMIT 1

-- name: rename_at
-- args: id:i64, at_entity:text, after_id:i64
UPDATE search_renames SET at_entity = :at_entity, after_id = :after_id WHERE id = :id

-- name: rename_done
-- args: id:i64
DELETE FROM search_renames WHERE id = :id
