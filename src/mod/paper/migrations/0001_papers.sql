CREATE TABLE paper_counters (
  number {{i64}} NOT NULL,
  year {{i64}} NOT NULL,
  last {{i64}} NOT NULL,
  PRIMARY KEY (number, year)
){{strict}};
