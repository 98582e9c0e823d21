-- name: modbus_same_item
-- args: device:i64, item:text, id:i64
-- row: code:text
SELECT code FROM modbus_items WHERE device = :device AND item = :item AND id <> :id AND archived_at IS NULL

-- name: modbus_enabled_others
-- args: host:text, port:i64, id:i64
-- row: n:i64, same:i64
SELECT count(*), coalesce(sum(CASE WHEN lower(host) = lower(:host) AND port = :port THEN 1 ELSE 0 END), 0)
FROM modbus_devices WHERE archived_at IS NULL AND enabled AND id <> :id

-- name: modbus_table_devices
-- args:
-- row: id:i64, code:text, host:text, port:i64, unit:i64, period_ms:i64, timeout_ms:i64, gap:i64
SELECT id, code, host, port, unit, period_ms, timeout_ms, gap
FROM modbus_devices WHERE archived_at IS NULL AND enabled ORDER BY id

-- name: modbus_table_items
-- args:
-- row: device:i64, item:text, function:text, address:i64, type:text, byte_order:text, bit:i64?, scale:f64, offset:f64
-- row: point:i64?
SELECT i.device, i.item, i."function", i.address, i."type", i.byte_order, i."bit", i.scale, i."offset", p.no
FROM modbus_items i JOIN modbus_devices d ON d.id = i.device LEFT JOIN points p ON p.id = i.point AND p.archived_at IS NULL
WHERE i.archived_at IS NULL AND d.archived_at IS NULL AND d.enabled ORDER BY i.device, i.id
