CREATE TABLE document_texts (
  document {{i64}} NOT NULL PRIMARY KEY,
  body {{text}} NOT NULL
){{strict}};
