-- ---- Templates ----

-- name: paper_template_valid
-- args: entity:text, kind:text, language:text, now:i64
-- row: id:i64, code:text, body:text, version:i64
SELECT id, code, body, version FROM paper_templates
WHERE entity = :entity AND kind = :kind AND language = :language AND archived_at IS NULL
  AND (valid_from IS NULL OR valid_from <= :now) AND (valid_to IS NULL OR valid_to > :now)
ORDER BY CASE WHEN valid_from IS NULL THEN 0 ELSE 1 END DESC, valid_from DESC, id DESC LIMIT 1

-- name: paper_template_languages
-- args: entity:text, kind:text, now:i64
-- row: language:text
SELECT DISTINCT language FROM paper_templates
WHERE entity = :entity AND kind = :kind AND archived_at IS NULL
  AND (valid_from IS NULL OR valid_from <= :now) AND (valid_to IS NULL OR valid_to > :now)
ORDER BY language DESC

-- ---- Numbers ----

-- name: paper_number_of
-- args: issuer:i64, kind:text
-- row: id:i64, word:text, pattern:text
SELECT id, word, pattern FROM paper_numbers
WHERE issuer = :issuer AND archived_at IS NULL
  AND (kinds IS NULL OR ' ' || kinds || ' ' LIKE '% ' || :kind || ' %')
ORDER BY CASE WHEN kinds IS NULL THEN 1 ELSE 0 END, id LIMIT 1

-- name: paper_counter_open
-- args: number:i64, year:i64
INSERT INTO paper_counters (number, year, last) VALUES (:number, :year, 0) ON CONFLICT DO NOTHING

-- name: paper_counter_take
-- args: number:i64, year:i64
UPDATE paper_counters SET last = last + 1 WHERE number = :number AND year = :year

-- name: paper_counter_last
-- args: number:i64, year:i64
-- row: last:i64
SELECT last FROM paper_counters WHERE number = :number AND year = :year

-- ---- Papers ----

-- name: papers_of
-- args: entity:text, record_id:text, most:i64
-- row: id:i64
SELECT id FROM papers WHERE record_id = :record_id AND entity = :entity AND archived_at IS NULL
ORDER BY id DESC LIMIT :most

-- name: paper_by_check
-- args: code:text
-- row: id:i64
SELECT id FROM papers WHERE code = :code AND archived_at IS NULL

-- name: paper_setting
-- args: dict:text, code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = :dict AND code = :code AND archived_at IS NULL
