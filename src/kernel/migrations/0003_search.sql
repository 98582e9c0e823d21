CREATE TABLE search (
    id {{i64}} NOT NULL PRIMARY KEY,
    entity {{text}} NOT NULL,
    code {{text}},
    title {{text}},
    state {{text}},
    grade {{i64}},
    updated_at {{i64}} NOT NULL,
    labels {{text}} NOT NULL,
    body {{text}}
);
CREATE TABLE search_state (
    id {{i64}} NOT NULL PRIMARY KEY,
    version {{text}} NOT NULL,
    entity {{text}} NOT NULL,
    after_id {{i64}} NOT NULL
);
INSERT INTO search_state (id, version, entity, after_id) VALUES (1, '', '', 0);
-- dialect: sqlite
CREATE VIRTUAL TABLE search_terms USING fts5(terms, content='', tokenize='ascii');
-- dialect: pg
ALTER TABLE search ADD COLUMN terms tsvector;
CREATE INDEX search_terms ON search USING gin (terms);
