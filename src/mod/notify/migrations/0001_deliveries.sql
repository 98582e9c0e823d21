CREATE TABLE deliveries (
    id {{i64}} NOT NULL PRIMARY KEY,
    channel {{i64}} NOT NULL,
    notification {{i64}},
    user_id {{i64}},
    kind {{text}} NOT NULL,
    target {{text}} NOT NULL,
    title {{text}} NOT NULL,
    text {{text}} NOT NULL,
    link {{text}} NOT NULL,
    event {{text}} NOT NULL,
    state {{text}} NOT NULL,
    attempts {{i64}} NOT NULL,
    next_at {{i64}} NOT NULL,
    words {{text}},
    t {{i64}} NOT NULL,
    done_at {{i64}}
);
CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE state = 'queued';
CREATE INDEX deliveries_state ON deliveries (state, id);
CREATE INDEX deliveries_notification ON deliveries (notification);
CREATE TABLE notify_prefs (
    user_id {{i64}} NOT NULL PRIMARY KEY,
    mail_kinds {{text}} NOT NULL,
    sms_kinds {{text}} NOT NULL
);
CREATE TABLE webhook_cursors (
    channel {{i64}} NOT NULL PRIMARY KEY,
    seen {{i64}} NOT NULL
);
