ALTER TABLE notify_prefs ADD COLUMN quiet_from {{i64}};
ALTER TABLE notify_prefs ADD COLUMN quiet_to {{i64}};
