-- Records with a new title, whose old one still stands in the index of the records that refer to them.
CREATE TABLE search_renames (
    id {{i64}} NOT NULL PRIMARY KEY,
    target {{text}} NOT NULL,
    at_entity {{text}} NOT NULL,
    after_id {{i64}} NOT NULL
);
