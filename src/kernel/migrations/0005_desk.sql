DROP INDEX matters_due;
DROP INDEX matters_changed;
CREATE INDEX matters_due ON matters (entity, due_key, id, district, line, owner, chase)
    WHERE closed_at IS NULL AND archived_at IS NULL;
CREATE INDEX matters_changed ON matters (entity, changed_at, id, district, line, owner, chase, due_key)
    WHERE closed_at IS NULL AND archived_at IS NULL;
