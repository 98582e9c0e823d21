CREATE INDEX alarms_first ON alarms (object, raised_at) WHERE first_out AND archived_at IS NULL;
