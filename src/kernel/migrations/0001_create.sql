CREATE TABLE ledger (
    n {{i64}} NOT NULL PRIMARY KEY,
    t {{i64}} NOT NULL,
    who_id {{i64}} NOT NULL,
    who {{text}} NOT NULL,
    peer {{text}} NOT NULL,
    why {{text}},
    entity {{text}} NOT NULL,
    record_id {{i64}} NOT NULL,
    action {{text}} NOT NULL,
    before {{text}},
    after {{text}},
    hash {{text}} NOT NULL
);
CREATE INDEX ledger_record ON ledger (record_id, entity, n);
CREATE TABLE ledger_head (
    id {{i64}} NOT NULL PRIMARY KEY,
    n {{i64}} NOT NULL,
    hash {{text}} NOT NULL,
    outbox {{i64}} NOT NULL
);
INSERT INTO ledger_head (id, n, hash, outbox)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);
CREATE TABLE outbox (
    id {{i64}} NOT NULL PRIMARY KEY,
    t {{i64}} NOT NULL,
    topic {{i64}} NOT NULL,
    event {{text}} NOT NULL,
    entity {{text}},
    data {{text}} NOT NULL
);
CREATE TABLE sessions (
    hash {{text}} NOT NULL PRIMARY KEY,
    user_id {{i64}} NOT NULL,
    peer {{text}} NOT NULL,
    created_at {{i64}} NOT NULL,
    seen_at {{i64}} NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE login_failures (
    name {{text}} NOT NULL PRIMARY KEY,
    failures {{i64}} NOT NULL,
    last_at {{i64}} NOT NULL
);
CREATE TABLE idempotency (
    who {{text}} NOT NULL,
    path {{text}} NOT NULL,
    key {{text}} NOT NULL,
    t {{i64}} NOT NULL,
    request {{text}} NOT NULL,
    record_id {{i64}} NOT NULL,
    version {{i64}} NOT NULL,
    body {{text}} NOT NULL,
    PRIMARY KEY (who, path, key)
);
CREATE INDEX idempotency_t ON idempotency (t);
CREATE TABLE dict_seeds (
    dict {{text}} NOT NULL,
    code {{text}} NOT NULL,
    PRIMARY KEY (dict, code)
);
CREATE TABLE grant_seeds (
    perm {{text}} NOT NULL PRIMARY KEY
);
