-- name: evidence_held
-- args: hash:text
-- row: one:i64
SELECT 1 FROM attachments WHERE hash = :hash LIMIT 1

-- name: evidence_add
-- args: id:i64, entity:text, record_id:i64, hash:text, name:text, type:text, size:i64, note:text, taken_at:i64
-- args: lon:f64, lat:f64, of_hash:text, shot_at:i64, shot_lon:f64, shot_lat:f64, user_id:i64, who:text, t:i64
INSERT INTO attachments (id, entity, record_id, hash, name, type, size, note, taken_at, lon, lat, of_hash, shot_at, shot_lon,
 shot_lat, user_id, who, t)
VALUES (:id, :entity, :record_id, :hash, :name, :type, :size, :note, :taken_at, :lon, :lat, :of_hash, :shot_at,
 :shot_lon, :shot_lat, :user_id, :who, :t)

-- name: evidence_find
-- args: entity:text, record_id:i64, hash:text
-- row: hash:text, name:text, type:text, size:i64, note:text?, taken_at:i64?, lon:f64?, lat:f64?, of_hash:text?
-- row: shot_at:i64?, shot_lon:f64?, shot_lat:f64?, who:text, t:i64
SELECT hash, name, type, size, note, taken_at, lon, lat, of_hash, shot_at, shot_lon, shot_lat, who, t
  FROM attachments
 WHERE record_id = :record_id AND entity = :entity AND hash = :hash

-- name: evidence_list
-- args: entity:text, record_id:i64
-- row: hash:text, name:text, type:text, size:i64, note:text?, taken_at:i64?, lon:f64?, lat:f64?, of_hash:text?
-- row: shot_at:i64?, shot_lon:f64?, shot_lat:f64?, who:text, t:i64
SELECT hash, name, type, size, note, taken_at, lon, lat, of_hash, shot_at, shot_lon, shot_lat, who, t
  FROM attachments
 WHERE record_id = :record_id AND entity = :entity ORDER BY t, id

-- name: evidence_count
-- args: entity:text, record_id:i64, since:i64
-- row: n:i64
SELECT COUNT(*) FROM attachments WHERE record_id = :record_id AND entity = :entity AND t >= :since AND of_hash IS NULL
