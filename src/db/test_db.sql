-- Statements of the tests.

-- name: insert_item
-- args: id:i64, name:text, value:f64, flag:bool, doc:json, raw:bytes, owner:i64
INSERT INTO item (id, name, value, flag, doc, raw, owner) VALUES (:id, :name, :value, :flag, :doc, :raw, :owner);

-- name: find_item
-- args: id:i64
-- row: id:i64, name:text, value:f64?, flag:bool?, doc:json?, raw:bytes?, owner:i64?
SELECT id, name, value, flag, doc, raw, owner FROM item WHERE id = :id;

-- name: list_names
-- args: least:i64, most:i64
-- row: id:i64, name:text
SELECT id, name FROM item WHERE id <= :most AND id >= :least ORDER BY id;

-- name: sorted_names
-- row: name:text
SELECT name FROM item ORDER BY name;

-- name: count_items
-- row: n:i64, total:i64?, mean:f64?
SELECT COUNT(*), SUM(id), AVG(value) FROM item;

-- name: rename_item
-- args: name:text, id:i64
UPDATE item SET name = :name WHERE id = :id;

-- name: upsert_item
-- args: id:i64, name:text
INSERT INTO item (id, name) VALUES (:id, :name) ON CONFLICT (id) DO UPDATE SET name = excluded.name;

-- name: insert_returning
-- args: id:i64, name:text
-- row: id:i64, name:text
INSERT INTO item (id, name) VALUES (:id, :name) RETURNING id, name;

-- name: after_pair
-- args: name:text, id:i64
-- row: id:i64
SELECT id FROM item WHERE (name, id) > (:name, :id) ORDER BY name, id;

-- name: find_by_owner
-- args: owner:i64
-- row: id:i64
SELECT id FROM item WHERE CAST(:owner AS BIGINT) IS NULL AND owner IS NULL OR owner = :owner ORDER BY id;

-- name: like_names
-- args: pattern:text
-- row: id:i64
SELECT id FROM item WHERE name LIKE :pattern ORDER BY id;

-- name: insert_owner
-- args: id:i64, name:text
INSERT INTO owner (id, name) VALUES (:id, :name);

-- name: delete_owner
-- args: id:i64
DELETE FROM owner WHERE id = :id;
