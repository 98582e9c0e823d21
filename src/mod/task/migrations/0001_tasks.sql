CREATE TABLE task_numbers (
  prefix {{text}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
){{strict}};
