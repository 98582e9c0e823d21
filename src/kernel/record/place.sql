-- name: shape_box_drop
-- args: id:i64
DELETE FROM shape_boxes WHERE id = :id

-- name: shape_box_add
-- args: id:i64, west:f64, south:f64, east:f64, north:f64
INSERT INTO shape_boxes (id, west, south, east, north) VALUES (:id, :west, :south, :east, :north) ON CONFLICT (id) DO NOTHING
