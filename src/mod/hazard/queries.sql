-- name: hazard_missing
-- args: day:text
-- row: id:i64, code:text, name:text, body:text, last:text?
SELECT h.id, h.code, h.name, b.name,
  (SELECT max(l.day) FROM safety_commitments l WHERE l.hazard = h.id AND l.archived_at IS NULL)
FROM major_hazards h JOIN bodies b ON b.id = h.body
WHERE h.archived_at IS NULL AND h.state = 'filed' AND 'scope' <> 'major-hazards h'
  AND NOT EXISTS (SELECT 1 FROM safety_commitments c WHERE c.hazard = h.id AND c.day = :day AND c.archived_at IS NULL)
ORDER BY h.code, h.id LIMIT 1000
