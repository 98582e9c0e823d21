CREATE TABLE document_numbers (
  prefix {{text}} NOT NULL PRIMARY KEY,
  last {{i64}} NOT NULL
){{strict}};
CREATE TABLE document_texts (
  document {{i64}} NOT NULL PRIMARY KEY,
  body {{text}} NOT NULL
){{strict}};
