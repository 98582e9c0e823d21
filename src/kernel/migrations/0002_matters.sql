CREATE TABLE matters (
    id {{i64}} NOT NULL PRIMARY KEY,
    entity {{text}} NOT NULL,
    code {{text}},
    title {{text}},
    state {{text}} NOT NULL,
    state_at {{i64}} NOT NULL,
    grade {{i64}},
    district {{i64}},
    line {{text}},
    owner {{i64}},
    turn {{i64}},
    due_at {{i64}},
    due_key {{i64}} NOT NULL,
    clock {{text}},
    chase {{i64}} NOT NULL,
    opened_at {{i64}} NOT NULL,
    changed_at {{i64}} NOT NULL,
    closed_at {{i64}},
    archived_at {{i64}}
);
CREATE INDEX matters_turn ON matters (turn, entity, due_key, id)
    WHERE closed_at IS NULL AND archived_at IS NULL;
CREATE INDEX matters_due ON matters (entity, due_key, id) WHERE closed_at IS NULL AND archived_at IS NULL;
CREATE INDEX matters_changed ON matters (entity, changed_at, id) WHERE closed_at IS NULL AND archived_at IS NULL;
CREATE INDEX matters_chase ON matters (entity, due_key, id)
    WHERE closed_at IS NULL AND archived_at IS NULL AND chase > 1;
CREATE INDEX matters_owner ON matters (owner, entity, id);
CREATE TABLE matter_parties (
    matter {{i64}} NOT NULL,
    body {{i64}} NOT NULL,
    role {{text}} NOT NULL,
    PRIMARY KEY (matter, body, role)
);
CREATE INDEX matter_parties_body ON matter_parties (body, matter);
CREATE TABLE matter_links (
    from_entity {{text}} NOT NULL,
    from_id {{i64}} NOT NULL,
    to_entity {{text}} NOT NULL,
    to_id {{i64}} NOT NULL,
    PRIMARY KEY (from_id, to_id)
);
CREATE INDEX matter_links_to ON matter_links (to_id, from_id);
CREATE TABLE matter_acts (
    user_id {{i64}} NOT NULL,
    matter {{i64}} NOT NULL,
    t {{i64}} NOT NULL,
    action {{text}} NOT NULL,
    PRIMARY KEY (user_id, matter)
);
CREATE INDEX matter_acts_t ON matter_acts (user_id, t, matter);
