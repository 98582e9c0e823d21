CREATE INDEX unclaimed_any_key ON unclaimed (key);
