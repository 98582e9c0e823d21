DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id {{i64}};
ALTER TABLE sessions ADD COLUMN agent {{text}};
ALTER TABLE sessions ADD COLUMN delegation {{i64}};
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE TABLE password_history (
    user_id {{i64}} NOT NULL,
    t {{i64}} NOT NULL,
    hash {{text}} NOT NULL,
    PRIMARY KEY (user_id, t)
);
CREATE TABLE second_factors (
    user_id {{i64}} NOT NULL PRIMARY KEY,
    secret {{text}} NOT NULL,
    made_at {{i64}} NOT NULL,
    confirmed_at {{i64}},
    last_step {{i64}} NOT NULL
);
CREATE TABLE recovery_codes (
    user_id {{i64}} NOT NULL,
    hash {{text}} NOT NULL,
    PRIMARY KEY (user_id, hash)
);
CREATE TABLE token_uses (
    token_id {{i64}} NOT NULL PRIMARY KEY,
    used_at {{i64}} NOT NULL
);
