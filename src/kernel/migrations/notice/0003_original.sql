ALTER TABLE attachments ADD COLUMN of_hash {{text}};
ALTER TABLE attachments ADD COLUMN shot_at {{i64}};
ALTER TABLE attachments ADD COLUMN shot_lon {{f64}};
ALTER TABLE attachments ADD COLUMN shot_lat {{f64}};
