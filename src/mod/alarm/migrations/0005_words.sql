ALTER TABLE alarm_events ADD COLUMN limit_value {{f64}};
ALTER TABLE alarm_events ADD COLUMN reason_zh {{text}};
ALTER TABLE alarm_events ADD COLUMN reason_en {{text}};
