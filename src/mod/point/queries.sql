-- name: point_number_take
-- args:
UPDATE point_numbers SET last = last + 1 WHERE one = 1

-- name: point_number_last
-- args:
-- row: last:i64
SELECT last FROM point_numbers WHERE one = 1

-- name: point_quantity_extra
-- args: code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = 'quantity' AND code = :code AND archived_at IS NULL

-- name: point_all
-- args:
-- row: no:i64, id:i64, code:text, source:text?, in_service:bool?, since:i64?, interval_s:i64?, must_monitor:bool?
-- row: object:i64?, field:text?, device:i64?
SELECT no, id, code, source, in_service, in_service_since, interval_s, must_monitor, object, field, device
FROM points WHERE archived_at IS NULL

-- name: point_distrusted_devices
-- args:
-- row: id:i64
SELECT id FROM devices WHERE arrival_time AND archived_at IS NULL ORDER BY id

-- name: point_objects
-- args:
-- row: id:i64, district:i64
SELECT id, district FROM objects WHERE district IS NOT NULL ORDER BY id

-- name: point_districts
-- args:
-- row: id:i64, code:text, name:text
SELECT id, code, name FROM districts ORDER BY id
