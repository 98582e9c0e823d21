CREATE TABLE ledger_heads (
    n {{i64}} NOT NULL PRIMARY KEY,
    hash {{text}} NOT NULL,
    t {{i64}} NOT NULL,
    text {{text}} NOT NULL,
    signature {{text}} NOT NULL,
    key {{text}} NOT NULL,
    public_pem {{text}} NOT NULL
);
CREATE INDEX ledger_t ON ledger (t, n);
CREATE INDEX ledger_who ON ledger (who, n);
CREATE INDEX ledger_action ON ledger (action, n);
CREATE INDEX ledger_entity ON ledger (entity, n);
