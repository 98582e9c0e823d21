CREATE TABLE danger_numbers (
  prefix {{text}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
){{strict}};
CREATE TABLE danger_finders (
  id {{id}},
  danger {{i64}} NOT NULL,
  user_id {{i64}},
  body {{i64}},
  name {{text}} NOT NULL,
  source {{text}} NOT NULL,
  words {{text}},
  found_at {{i64}} NOT NULL
){{strict}};
CREATE INDEX danger_finders_danger ON danger_finders (danger);
