-- name: vehicle_point_of
-- args: key:text
-- row: id:i64
SELECT id FROM points WHERE source = :key AND archived_at IS NULL

-- name: vehicle_rule_ever
-- args: code:text
-- row: id:i64
SELECT id FROM rules WHERE code = :code LIMIT 1

-- name: vehicle_all
-- args:
-- row: id:i64, code:text, name:text, phone:text, kind:text, in_service:bool?, body_path:text?, path:text?
SELECT v.id, v.code, v.name, v.phone, v.kind, v.in_service, b.path, d.path
FROM vehicles v LEFT JOIN bodies b ON b.id = v.owner LEFT JOIN districts d ON d.id = b.district
WHERE v.archived_at IS NULL ORDER BY v.id

-- name: vehicle_points
-- args: suffix:text
-- row: vehicle:i64, id:i64, no:i64
SELECT v.id, p.id, p.no FROM vehicles v JOIN points p ON p.source = 'jt808:' || v.phone || :suffix AND p.archived_at IS NULL
WHERE v.archived_at IS NULL ORDER BY v.id

-- name: vehicle_fences_others
-- args: id:i64
-- row: n:i64
SELECT count(*) FROM geofences WHERE archived_at IS NULL AND enabled AND id <> :id

-- name: vehicle_fences
-- args:
-- row: id:i64, code:text, name:text, rule:text, limit_kmh:f64?, grade:i64, kinds:text?, vehicle:i64?, shape:text, hour_from:text?
-- row: hour_to:text?, valid_from:i64?, valid_to:i64?
SELECT id, code, name, rule, limit_kmh, grade, kinds, vehicle, CAST(shape AS TEXT), hour_from, hour_to, valid_from, valid_to
FROM geofences WHERE archived_at IS NULL AND enabled ORDER BY id
