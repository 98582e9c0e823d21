-- name: map_layers
-- args:
-- row: layer:text, n:i64, shape:text
SELECT layer, count(*), max(shape) FROM map_features WHERE archived_at IS NULL GROUP BY layer ORDER BY layer

-- name: map_bounds
-- args:
-- row: west:f64?, south:f64?, east:f64?, north:f64?
SELECT min(west), min(south), max(east), max(north) FROM map_features
WHERE archived_at IS NULL
  AND (layer = 'district' OR NOT EXISTS (SELECT 1 FROM map_features WHERE layer = 'district' AND archived_at IS NULL))

-- name: map_point_bounds
-- row: west:f64?, south:f64?, east:f64?, north:f64?
SELECT min(coalesce(p.lon, o.lon)), min(coalesce(p.lat, o.lat)), max(coalesce(p.lon, o.lon)), max(coalesce(p.lat, o.lat))
FROM points p LEFT JOIN objects o ON o.id = p.object
WHERE p.archived_at IS NULL AND 'scope' <> 'points p'

-- name: map_layer
-- args: layer:text
-- row: id:i64, name:text?, kind:text?, geometry:text
SELECT id, name, kind, CAST(geometry AS TEXT) FROM map_features WHERE layer = :layer AND archived_at IS NULL ORDER BY id

-- name: map_points
-- args:
-- row: id:i64, code:text, name:text, lon:f64, lat:f64, field:text?, kind:text?, unit:text?, object:text?, in_service:bool
SELECT p.id, p.code, p.name, coalesce(p.lon, o.lon), coalesce(p.lat, o.lat), p.field, p.quantity, p.unit, o.code, p.in_service
FROM points p LEFT JOIN objects o ON o.id = p.object
WHERE p.archived_at IS NULL AND coalesce(p.lon, o.lon) IS NOT NULL AND coalesce(p.lat, o.lat) IS NOT NULL
  AND 'scope' <> 'points p'
ORDER BY p.id

-- name: map_head
-- args:
-- row: outbox:i64
SELECT outbox FROM ledger_head WHERE id = 1

-- name: map_changes
-- args: since:i64
-- row: first:i64, points:i64, features:i64, borders:i64
SELECT coalesce(min(id), 0),
  coalesce(sum(CASE WHEN entity IN ('points', 'objects') THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN entity = 'map-features' THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN entity IN ('map-features', 'districts') THEN 1 ELSE 0 END), 0)
FROM outbox WHERE id > :since

-- name: map_point_places
-- args:
-- row: id:i64, no:i64, name:text, lon:f64, lat:f64, field:text?, in_service:bool
SELECT p.id, p.no, p.name, coalesce(p.lon, o.lon), coalesce(p.lat, o.lat), p.field, p.in_service
FROM points p LEFT JOIN objects o ON o.id = p.object
WHERE p.archived_at IS NULL AND coalesce(p.lon, o.lon) IS NOT NULL AND coalesce(p.lat, o.lat) IS NOT NULL

-- name: map_all_features
-- args:
-- row: id:i64, layer:text, name:text?, kind:text?, geometry:text
SELECT id, layer, name, kind, CAST(geometry AS TEXT) FROM map_features WHERE archived_at IS NULL ORDER BY layer, id

-- name: map_record_changes
-- args: since:i64, plural:text
-- row: first:i64, records:i64
SELECT coalesce(min(id), 0), coalesce(sum(CASE WHEN entity IN (:plural, 'objects', 'districts', 'bodies') THEN 1 ELSE 0 END), 0)
FROM outbox WHERE id > :since

-- name: map_borders
-- args:
-- row: district:i64, name:text?, geometry:text
SELECT d.id, d.name, CAST(f.geometry AS TEXT) FROM map_features f JOIN districts d ON d.code = f.code
WHERE f.layer = 'district' AND f.archived_at IS NULL AND d.archived_at IS NULL ORDER BY d.id

-- name: map_district_above
-- args: id:i64
-- row: parent:i64?
SELECT parent FROM districts WHERE id = :id
