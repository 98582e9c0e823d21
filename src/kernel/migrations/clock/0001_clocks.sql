CREATE TABLE clocks (
    id {{i64}} NOT NULL PRIMARY KEY,
    entity {{text}} NOT NULL,
    record_id {{i64}} NOT NULL,
    limit_code {{text}} NOT NULL,
    limit_id {{i64}} NOT NULL,
    grade {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    unit {{text}} NOT NULL,
    started_at {{i64}} NOT NULL,
    due_at {{i64}} NOT NULL,
    extended_at {{i64}},
    extended_to {{i64}},
    paused_at {{i64}},
    stopped_at {{i64}},
    provisional {{i64}} NOT NULL,
    mark {{i64}} NOT NULL,
    steps_done {{i64}} NOT NULL,
    look_at {{i64}}
);
CREATE UNIQUE INDEX clocks_running ON clocks (record_id, limit_code) WHERE stopped_at IS NULL;
CREATE INDEX clocks_record ON clocks (record_id, id);
CREATE INDEX clocks_look ON clocks (look_at, id) WHERE look_at IS NOT NULL;
CREATE INDEX clocks_limit ON clocks (limit_id) WHERE stopped_at IS NULL;
CREATE TABLE clock_pauses (
    clock_id {{i64}} NOT NULL,
    paused_at {{i64}} NOT NULL,
    resumed_at {{i64}} NOT NULL,
    PRIMARY KEY (clock_id, paused_at)
);
CREATE TABLE clock_extensions (
    id {{i64}} NOT NULL PRIMARY KEY,
    record_id {{i64}} NOT NULL,
    limit_code {{text}} NOT NULL,
    clock_id {{i64}} NOT NULL,
    asked_at {{i64}} NOT NULL,
    asked_by {{i64}} NOT NULL,
    asked_body {{i64}} NOT NULL,
    old_due_at {{i64}} NOT NULL,
    until {{i64}} NOT NULL,
    reason {{text}} NOT NULL,
    decided_at {{i64}},
    decided_by {{i64}},
    granted {{i64}},
    answer {{text}}
);
CREATE INDEX clock_extensions_record ON clock_extensions (record_id, id);
CREATE UNIQUE INDEX clock_extensions_open ON clock_extensions (record_id, limit_code) WHERE decided_at IS NULL;
CREATE TABLE calendar_mark (
    id {{i64}} NOT NULL PRIMARY KEY,
    mark {{i64}} NOT NULL
);
INSERT INTO calendar_mark (id, mark) VALUES (1, 1);
CREATE TABLE limit_seeds (
    code {{text}} NOT NULL,
    grade {{i64}} NOT NULL,
    PRIMARY KEY (code, grade)
);
