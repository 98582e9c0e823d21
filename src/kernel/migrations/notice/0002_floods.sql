ALTER TABLE notifications ADD COLUMN grouped {{text}};
ALTER TABLE notifications ADD COLUMN many {{i64}};
CREATE INDEX notifications_group ON notifications (user_id, grouped, t) WHERE grouped IS NOT NULL;
