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
-- row: object:i64?, field:text?, device:i64?, quantity:text?, owner:i64?
SELECT no, id, code, source, in_service, in_service_since, interval_s, must_monitor, object, field, device, quantity, owner
FROM points WHERE archived_at IS NULL

-- name: point_devices
-- args:
-- row: id:i64, code:text, name:text, kind:text?, parent:i64?, arrival_time:bool?, in_service:bool?
SELECT id, code, name, kind, parent, arrival_time, in_service FROM devices WHERE archived_at IS NULL ORDER BY id

-- name: point_devices_in
-- args:
-- row: id:i64
SELECT d.id FROM devices d WHERE d.archived_at IS NULL AND 'scope' <> 'devices d' ORDER BY d.id

-- name: point_objects
-- args:
-- row: id:i64, district:i64?, owner:i64?
SELECT id, district, owner FROM objects ORDER BY id

-- name: point_districts
-- args:
-- row: id:i64, code:text, name:text, path:text?
SELECT id, code, name, path FROM districts ORDER BY id

-- name: point_bodies
-- args:
-- row: id:i64, code:text, name:text, path:text?
SELECT id, code, name, path FROM bodies ORDER BY id

-- ---- Health: faults that hold now. Only where there are alarms. ----

-- name: point_faults
-- args:
-- row: no:i64, kind:text
SELECT p.no, a.kind FROM alarms a JOIN points p ON p.id = a.point
WHERE a.state <> 'normal' AND a.archived_at IS NULL AND a.active
  AND (a.kind = 'offline' OR a.kind = 'stuck' OR a.kind = 'clock')
ORDER BY p.no

-- name: point_of_number
-- args: no:i64
-- row: code:text, name:text, unit:text?, quantity:text?
SELECT code, name, unit, quantity FROM points WHERE no = :no AND archived_at IS NULL
