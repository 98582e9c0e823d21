-- name: grid_rule_any
-- row: id:i64
SELECT id FROM grid_rules LIMIT 1

-- name: grid_rule
-- args: line:text, category:text
-- row: id:i64
SELECT id FROM grid_rules WHERE archived_at IS NULL AND enabled = TRUE
  AND (line IS NULL OR line = :line) AND (category IS NULL OR category = :category)
ORDER BY CASE WHEN category IS NULL THEN 2 ELSE 0 END + CASE WHEN line IS NULL THEN 1 ELSE 0 END, code LIMIT 1

-- name: grid_town
-- args: path:text, line:text
-- row: id:i64
SELECT b.id FROM bodies b JOIN districts d ON d.id = b.district
WHERE b.archived_at IS NULL AND b.kind = 'town' AND :path LIKE d.path || '%' AND :line IS NOT NULL
ORDER BY length(d.path) DESC, b.id LIMIT 1

-- name: grid_department
-- args: path:text, line:text
-- row: id:i64
SELECT b.id FROM bodies b JOIN districts d ON d.id = b.district
WHERE b.archived_at IS NULL AND b.kind IN ('department', 'emergency') AND :path LIKE d.path || '%'
  AND (' ' || coalesce(b.lines, '') || ' ') LIKE '% ' || :line || ' %'
ORDER BY length(d.path) DESC, b.id LIMIT 1

-- ---- Gaps ----

-- name: grid_bare_villages
-- args: path:text, most:i64
-- row: id:i64, code:text, name:text
SELECT d.id, d.code, d.name FROM districts d WHERE d.archived_at IS NULL AND d.level = 'village' AND d.path LIKE :path || '%'
  AND NOT EXISTS (SELECT 1 FROM districts c WHERE c.parent = d.id AND c.level = 'grid' AND c.archived_at IS NULL)
ORDER BY d.code LIMIT :most

-- name: grid_bare_cells
-- args: path:text, most:i64
-- row: id:i64, code:text, name:text
SELECT d.id, d.code, d.name FROM districts d WHERE d.archived_at IS NULL AND d.level = 'grid' AND d.path LIKE :path || '%'
  AND NOT EXISTS (SELECT 1 FROM grid_cells t WHERE t.district = d.id AND t.archived_at IS NULL AND 'scope' <> 'grid-cells t')
ORDER BY d.code LIMIT :most

-- name: grid_no_worker
-- args: path:text, most:i64
-- row: id:i64, code:text, name:text
SELECT t.id, t.code, coalesce(t.name, '') FROM grid_cells t JOIN districts d ON d.id = t.district
WHERE t.archived_at IS NULL AND t.worker IS NULL AND d.path LIKE :path || '%' AND 'scope' <> 'grid-cells t'
ORDER BY t.code LIMIT :most

-- name: grid_no_cell
-- args: path:text, most:i64
-- row: id:i64, code:text, name:text
SELECT t.id, t.code, t.name FROM bodies t JOIN districts d ON d.id = t.district
WHERE t.archived_at IS NULL AND t.kind = 'enterprise' AND t.grid IS NULL AND d.path LIKE :path || '%'
  AND 'scope' <> 'bodies t' ORDER BY t.code LIMIT :most

-- name: grid_missed
-- args: now:i64, most:i64
-- row: id:i64, code:text, name:text
SELECT t.id, t.code, coalesce(t.name, '') FROM patrol_points t
WHERE t.archived_at IS NULL AND t.enabled = TRUE AND t.next_at < :now AND 'scope' <> 'patrol-points t'
ORDER BY t.next_at, t.code LIMIT :most

-- name: grid_shapes
-- row: id:i64
SELECT t.id FROM grid_cells t WHERE t.archived_at IS NULL AND t.shape IS NOT NULL AND 'scope' <> 'grid-cells t'
ORDER BY t.code LIMIT 2000

-- name: grid_objects
-- args: county:text
-- row: id:i64, code:text, name:text, lon:f64, lat:f64
SELECT t.id, t.code, t.name, t.lon, t.lat FROM objects t JOIN districts d ON d.id = t.district
WHERE t.archived_at IS NULL AND t.lon IS NOT NULL AND t.lat IS NOT NULL AND substr(d.code, 1, 6) = :county
  AND 'scope' <> 'objects t' ORDER BY t.code LIMIT 50000

-- ---- Coverage ----

-- name: grid_towns
-- args: path:text
-- row: id:i64, code:text, name:text
SELECT d.id, d.code, d.name FROM districts d WHERE d.archived_at IS NULL AND d.level = 'town' AND d.path LIKE :path || '%'
ORDER BY d.code LIMIT 500

-- name: grid_count_districts
-- row: town:text, villages:i64, cells:i64
SELECT substr(d.code, 1, 9), sum(CASE WHEN d.level = 'village' THEN 1 ELSE 0 END),
  sum(CASE WHEN d.level = 'grid' THEN 1 ELSE 0 END)
FROM districts d WHERE d.archived_at IS NULL AND d.level IN ('village', 'grid') GROUP BY 1

-- name: grid_count_cells
-- row: town:text, staffed:i64, n:i64
SELECT substr(d.code, 1, 9), sum(CASE WHEN t.worker IS NULL THEN 0 ELSE 1 END), count(*)
FROM grid_cells t JOIN districts d ON d.id = t.district WHERE t.archived_at IS NULL AND 'scope' <> 'grid-cells t' GROUP BY 1

-- name: grid_count_bodies
-- row: town:text, enterprises:i64, placed:i64
SELECT substr(d.code, 1, 9), count(*), sum(CASE WHEN t.grid IS NULL THEN 0 ELSE 1 END)
FROM bodies t JOIN districts d ON d.id = coalesce(t.grid, t.district)
WHERE t.archived_at IS NULL AND t.kind = 'enterprise' AND length(d.code) >= 9 AND 'scope' <> 'bodies t' GROUP BY 1

-- name: grid_count_points
-- args: now:i64
-- row: town:text, points:i64, missed:i64
SELECT substr(d.code, 1, 9), count(*), sum(CASE WHEN t.next_at < :now THEN 1 ELSE 0 END)
FROM patrol_points t JOIN districts d ON d.id = t.district
WHERE t.archived_at IS NULL AND t.enabled = TRUE AND length(d.code) >= 9 AND 'scope' <> 'patrol-points t' GROUP BY 1

-- name: grid_count_patrols
-- args: since:i64
-- row: town:text, patrols:i64, dangers:i64
SELECT substr(d.code, 1, 9), count(*), CAST(coalesce(sum(t.dangers), 0) AS BIGINT)
FROM checks t JOIN districts d ON d.id = t.district
WHERE t.archived_at IS NULL AND t.kind = 'patrol' AND t.state = 'finished' AND t.done_at >= :since AND length(d.code) >= 9
  AND 'scope' <> 'checks t' GROUP BY 1
