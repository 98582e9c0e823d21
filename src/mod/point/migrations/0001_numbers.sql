CREATE TABLE point_numbers (
  one {{i64}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
);
INSERT INTO point_numbers (one, last) VALUES (1, 0);
