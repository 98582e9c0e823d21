-- ---- Finders ----

-- name: danger_finder_add
-- args: id:i64, danger:i64, user_id:i64, body:i64, name:text, source:text, words:text, found_at:i64
INSERT INTO danger_finders (id, danger, user_id, body, name, source, words, found_at)
VALUES (:id, :danger, :user_id, :body, :name, :source, :words, :found_at)

-- name: danger_finder_count
-- args: danger:i64
-- row: n:i64
SELECT count(*) FROM danger_finders WHERE danger = :danger

-- name: danger_finder_known
-- args: danger:i64, user_id:i64
-- row: id:i64
SELECT id FROM danger_finders WHERE danger = :danger AND user_id = :user_id LIMIT 1

-- name: danger_finder_list
-- args: danger:i64
-- row: user_id:i64?, body_title:text?, name:text, source:text, words:text?, found_at:i64
SELECT f.user_id, b.name, f.name, f.source, f.words, f.found_at
FROM danger_finders f LEFT JOIN bodies b ON b.id = f.body WHERE f.danger = :danger ORDER BY f.found_at, f.id LIMIT 100

-- ---- Who is in charge ----

-- name: danger_handler
-- args: path:text, line:text
-- row: id:i64
SELECT b.id FROM bodies b JOIN districts d ON d.id = b.district
WHERE b.archived_at IS NULL AND :path LIKE d.path || '%'
  AND (b.kind IN ('town', 'emergency', 'committee_office')
       OR (b.kind IN ('department', 'emergency') AND (' ' || coalesce(b.lines, '') || ' ') LIKE '% ' || :line || ' %'))
ORDER BY CASE WHEN (' ' || coalesce(b.lines, '') || ' ') LIKE '% ' || :line || ' %' THEN 0 WHEN b.kind = 'town' THEN 1
  WHEN b.kind = 'emergency' THEN 2 ELSE 3 END, length(d.path) DESC, b.id LIMIT 1

-- name: danger_industry
-- args: code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = 'industry' AND code = :code AND archived_at IS NULL

-- name: danger_of_key
-- args: key:text
-- row: id:i64
SELECT id FROM dangers WHERE client_key = :key ORDER BY id LIMIT 1

-- name: supervision_of_danger
-- args: danger:i64
-- row: id:i64
SELECT id FROM supervisions WHERE danger = :danger AND state <> 'withdrawn' AND archived_at IS NULL ORDER BY id DESC LIMIT 1

-- name: criterion_any
-- row: id:i64
SELECT id FROM danger_criteria LIMIT 1

-- name: criterion_candidates
-- args: industry:text
-- row: id:i64
SELECT id FROM danger_criteria WHERE archived_at IS NULL AND enabled = TRUE
  AND (:industry IS NULL OR industry = :industry OR industry = 'general') ORDER BY code LIMIT 2000

-- name: danger_finder_move
-- args: into_id:i64, from_id:i64
UPDATE danger_finders SET danger = :into_id WHERE danger = :from_id

-- name: danger_finder_bodies
-- args: danger:i64
-- row: body:i64
SELECT DISTINCT body FROM danger_finders WHERE danger = :danger AND body IS NOT NULL LIMIT 100

-- name: danger_files_of_others
-- args: danger:i64, since:i64, who:text
-- row: n:i64
SELECT count(*) FROM attachments WHERE record_id = :danger AND entity = 'dangers' AND t >= :since AND who <> :who

-- name: dangers_from
-- args: entity:text, id:i64
-- row: id:i64
SELECT DISTINCT to_id FROM matter_links
WHERE to_entity = 'dangers' AND ((from_entity = :entity AND from_id = :id)
  OR from_id IN (SELECT l.to_id FROM matter_links l WHERE l.from_entity = :entity AND l.from_id = :id))
ORDER BY to_id LIMIT 100
