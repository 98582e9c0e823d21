CREATE TABLE numbers (
  prefix {{text}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
){{strict}};
