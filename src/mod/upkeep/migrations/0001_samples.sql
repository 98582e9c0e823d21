CREATE TABLE disk_samples (
  node {{i64}} NOT NULL,
  day {{i64}} NOT NULL,
  part {{text}} NOT NULL,
  t {{i64}} NOT NULL,
  bytes {{i64}} NOT NULL,
  PRIMARY KEY (node, day, part)
) {{strict}};
