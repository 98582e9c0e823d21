ALTER TABLE alarm_cursor ADD COLUMN part_pos {{i64}} NOT NULL DEFAULT 0;
ALTER TABLE alarm_cursor ADD COLUMN part_n {{i64}} NOT NULL DEFAULT 0;
CREATE INDEX alarms_open ON alarms (point, rule) WHERE state <> 'normal' AND archived_at IS NULL;
CREATE INDEX alarms_until ON alarms (until) WHERE state <> 'normal' AND archived_at IS NULL;
CREATE INDEX maintenance_windows_end ON maintenance_windows (ends_at) WHERE archived_at IS NULL;
