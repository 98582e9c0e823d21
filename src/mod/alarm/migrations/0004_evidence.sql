CREATE INDEX alarm_events_point ON alarm_events (point_id, t);
CREATE INDEX alarms_judged ON alarms (rule, raised_at) WHERE verdict IS NOT NULL AND archived_at IS NULL;
CREATE INDEX alarms_near_objects ON objects (lat, lon) WHERE archived_at IS NULL;
CREATE INDEX alarms_near_points ON points (lat, lon) WHERE archived_at IS NULL AND lat IS NOT NULL;
