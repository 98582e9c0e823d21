-- name: indicator_figures
-- args: plan:i64
-- row: indicator:i64, year:i64, actual:f64
SELECT v.indicator, v.year, v.actual FROM indicator_values v JOIN indicators i ON i.id = v.indicator
WHERE i.plan = :plan AND v.archived_at IS NULL AND i.archived_at IS NULL ORDER BY v.indicator, v.year
