CREATE TABLE alarm_events (
  id {{id}},
  alarm_id {{i64}} NOT NULL,
  point_id {{i64}} NOT NULL,
  rule {{text}} NOT NULL,
  t {{i64}} NOT NULL,
  kind {{text}} NOT NULL,
  grade {{i64}},
  value {{f64}},
  announced {{bool}} NOT NULL
);
CREATE INDEX alarm_events_alarm ON alarm_events (alarm_id, id);
CREATE INDEX alarm_events_t ON alarm_events (t);
CREATE TABLE alarm_cursor (
  one {{i64}} NOT NULL PRIMARY KEY,
  pos {{i64}} NOT NULL
);
INSERT INTO alarm_cursor (one, pos) VALUES (1, 0);
