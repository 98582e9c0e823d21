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
-- row: object:i64?, field:text?, arrival_time:bool?, district:i64?, district_code:text?, district_name:text?
SELECT p.no, p.id, p.code, p.source, p.in_service, p.in_service_since, p.interval_s, p.must_monitor,
       p.object, p.field, d.arrival_time, o.district, r.code, r.name
FROM points p
LEFT JOIN devices d ON d.id = p.device
LEFT JOIN objects o ON o.id = p.object
LEFT JOIN districts r ON r.id = o.district
WHERE p.archived_at IS NULL
ORDER BY p.no
