CREATE TABLE shape_boxes (
  id {{i64}} NOT NULL PRIMARY KEY,
  west {{f64}} NOT NULL,
  south {{f64}} NOT NULL,
  east {{f64}} NOT NULL,
  north {{f64}} NOT NULL
){{strict}};
