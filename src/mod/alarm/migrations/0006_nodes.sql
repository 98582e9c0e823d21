-- Each node of one database has readings, positions and a row of its own.
ALTER TABLE alarm_cursor RENAME COLUMN one TO node;
