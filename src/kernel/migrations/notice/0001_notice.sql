CREATE TABLE attachments (
    id {{i64}} NOT NULL PRIMARY KEY,
    entity {{text}} NOT NULL,
    record_id {{i64}} NOT NULL,
    hash {{text}} NOT NULL,
    name {{text}} NOT NULL,
    type {{text}} NOT NULL,
    size {{i64}} NOT NULL,
    note {{text}},
    taken_at {{i64}},
    lon {{f64}},
    lat {{f64}},
    user_id {{i64}} NOT NULL,
    who {{text}} NOT NULL,
    t {{i64}} NOT NULL
);
CREATE UNIQUE INDEX attachments_record ON attachments (record_id, entity, hash);
CREATE INDEX attachments_hash ON attachments (hash);
CREATE TABLE notifications (
    id {{i64}} NOT NULL PRIMARY KEY,
    user_id {{i64}} NOT NULL,
    kind {{text}} NOT NULL,
    grade {{i64}} NOT NULL,
    title {{text}} NOT NULL,
    text {{text}} NOT NULL,
    entity {{text}},
    record_id {{i64}} NOT NULL,
    sent_for {{i64}} NOT NULL,
    t {{i64}} NOT NULL,
    read_at {{i64}}
);
CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_record ON notifications (record_id, entity);
CREATE INDEX notifications_t ON notifications (t);
ALTER TABLE outbox ADD COLUMN user_id {{i64}};
