-- ---- the calendar and the limits ----

-- name: calendar_mark
-- row: mark:i64
SELECT mark FROM calendar_mark WHERE id = 1

-- name: calendar_mark_set
-- args: mark:i64
UPDATE calendar_mark SET mark = :mark WHERE id = 1

-- name: calendar_years
-- row: year:text
SELECT year FROM calendar_years WHERE archived_at IS NULL AND complete

-- name: calendar_days
-- row: date:text, kind:text
SELECT date, kind FROM holidays WHERE archived_at IS NULL

-- name: calendar_hours
-- row: spans:text, move_last_day_off:bool
SELECT spans, move_last_day_off FROM work_times WHERE archived_at IS NULL AND code = 'default'

-- name: limit_seed_find
-- args: code:text, grade:i64
-- row: code:text
SELECT code FROM limit_seeds WHERE code = :code AND grade = :grade

-- name: limit_seed_add
-- args: code:text, grade:i64
INSERT INTO limit_seeds (code, grade) VALUES (:code, :grade)

-- name: limit_valid
-- args: code:text, grade:i64, at:i64
-- row: id:i64, grade:i64, district:text?, amount:i64, unit:text
SELECT id, grade, district, amount, unit FROM time_limits
 WHERE code = :code AND grade IN (0, :grade) AND archived_at IS NULL
   AND (valid_from IS NULL OR valid_from <= :at) AND (valid_to IS NULL OR valid_to > :at)
 ORDER BY grade DESC, COALESCE(valid_from, 0) DESC, id DESC

-- name: limit_overlap
-- args: id:i64, code:text, grade:i64, district:text, from_at:i64, to_at:i64
-- row: id:i64
SELECT id FROM time_limits
 WHERE id <> :id AND code = :code AND grade = :grade AND COALESCE(district, '') = :district
   AND archived_at IS NULL AND (valid_from IS NULL OR valid_from < :to_at) AND (valid_to IS NULL OR valid_to > :from_at)

-- name: limit_ladder
-- args: id:i64
-- row: kind:text, percent:i64?, after:i64?, recipient:text
SELECT kind, percent, after, recipient FROM limit_steps
 WHERE "limit" = :id AND archived_at IS NULL ORDER BY position, id

-- name: limit_title
-- args: code:text
-- row: name:text, name_en:text?
SELECT name, name_en FROM time_limits WHERE code = :code ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 1

-- ---- clocks ----

-- name: clock_insert
-- args: id:i64, entity:text, record_id:i64, limit_code:text, limit_id:i64, grade:i64, amount:i64, unit:text
-- args: started_at:i64, due_at:i64, provisional:i64, mark:i64, look_at:i64
INSERT INTO clocks (id, entity, record_id, limit_code, limit_id, grade, amount, unit, started_at, due_at, provisional,
                    mark, steps_done, look_at)
VALUES (:id, :entity, :record_id, :limit_code, :limit_id, :grade, :amount, :unit, :started_at, :due_at, :provisional,
        :mark, 0, :look_at)

-- name: clock_by_limit
-- args: record_id:i64, limit_code:text
-- row: id:i64, entity:text, record_id:i64, limit_code:text, limit_id:i64, amount:i64, unit:text, started_at:i64
-- row: due_at:i64, extended_at:i64?, extended_to:i64?, paused_at:i64?, stopped_at:i64?, provisional:i64, mark:i64
-- row: steps_done:i64, look_at:i64?
SELECT id, entity, record_id, limit_code, limit_id, amount, unit, started_at, due_at, extended_at, extended_to,
       paused_at, stopped_at, provisional, mark, steps_done, look_at
  FROM clocks WHERE record_id = :record_id AND limit_code = :limit_code AND stopped_at IS NULL

-- name: clock_by_id
-- args: id:i64
-- row: id:i64, entity:text, record_id:i64, limit_code:text, limit_id:i64, amount:i64, unit:text, started_at:i64
-- row: due_at:i64, extended_at:i64?, extended_to:i64?, paused_at:i64?, stopped_at:i64?, provisional:i64, mark:i64
-- row: steps_done:i64, look_at:i64?
SELECT id, entity, record_id, limit_code, limit_id, amount, unit, started_at, due_at, extended_at, extended_to,
       paused_at, stopped_at, provisional, mark, steps_done, look_at
  FROM clocks WHERE id = :id

-- name: clock_first
-- args: record_id:i64
-- row: limit_code:text, due_at:i64
SELECT limit_code, due_at FROM clocks WHERE record_id = :record_id AND stopped_at IS NULL ORDER BY due_at, id LIMIT 1

-- name: clock_of_matter
-- args: record_id:i64
-- row: id:i64, entity:text, record_id:i64, limit_code:text, limit_id:i64, amount:i64, unit:text, started_at:i64
-- row: due_at:i64, extended_at:i64?, extended_to:i64?, paused_at:i64?, stopped_at:i64?, provisional:i64, mark:i64
-- row: steps_done:i64, look_at:i64?
SELECT id, entity, record_id, limit_code, limit_id, amount, unit, started_at, due_at, extended_at, extended_to,
       paused_at, stopped_at, provisional, mark, steps_done, look_at
  FROM clocks WHERE record_id = :record_id AND stopped_at IS NULL ORDER BY due_at, id LIMIT 1

-- name: clock_next
-- args: now:i64
-- row: id:i64
SELECT id FROM clocks WHERE look_at IS NOT NULL AND look_at <= :now ORDER BY look_at, id LIMIT 1

-- name: clock_stale
-- args: mark:i64
-- row: id:i64
SELECT id FROM clocks WHERE stopped_at IS NULL AND mark <> 0 AND mark <> :mark ORDER BY id LIMIT 1

-- name: clock_look_limit
-- args: limit_id:i64, now:i64
UPDATE clocks SET look_at = :now WHERE limit_id = :limit_id AND stopped_at IS NULL AND paused_at IS NULL

-- name: clock_due
-- args: id:i64, due_at:i64, provisional:i64, mark:i64, look_at:i64
UPDATE clocks SET due_at = :due_at, provisional = :provisional, mark = :mark, look_at = :look_at WHERE id = :id

-- name: clock_step_done
-- args: id:i64, steps_done:i64, look_at:i64
UPDATE clocks SET steps_done = :steps_done + 1, look_at = :look_at
 WHERE id = :id AND steps_done = :steps_done AND stopped_at IS NULL AND paused_at IS NULL

-- name: clock_look
-- args: id:i64, look_at:i64
UPDATE clocks SET look_at = :look_at WHERE id = :id AND stopped_at IS NULL

-- name: clock_stop
-- args: id:i64, now:i64
UPDATE clocks SET stopped_at = :now, look_at = NULL WHERE id = :id AND stopped_at IS NULL

-- name: clock_stop_record
-- args: record_id:i64, now:i64
UPDATE clocks SET stopped_at = :now, look_at = NULL WHERE record_id = :record_id AND stopped_at IS NULL

-- name: clock_pause
-- args: id:i64, now:i64
UPDATE clocks SET paused_at = :now, look_at = NULL WHERE id = :id AND stopped_at IS NULL AND paused_at IS NULL

-- name: clock_pause_add
-- args: clock_id:i64, paused_at:i64, resumed_at:i64
INSERT INTO clock_pauses (clock_id, paused_at, resumed_at) VALUES (:clock_id, :paused_at, :resumed_at)
ON CONFLICT (clock_id, paused_at) DO UPDATE SET resumed_at = EXCLUDED.resumed_at

-- name: clock_pauses
-- args: clock_id:i64
-- row: paused_at:i64, resumed_at:i64
SELECT paused_at, resumed_at FROM clock_pauses WHERE clock_id = :clock_id ORDER BY paused_at

-- name: clock_resume
-- args: id:i64
UPDATE clocks SET paused_at = NULL WHERE id = :id AND stopped_at IS NULL AND paused_at IS NOT NULL

-- name: clock_extend
-- args: id:i64, now:i64, due_at:i64
UPDATE clocks SET extended_at = :now, extended_to = :due_at WHERE id = :id AND stopped_at IS NULL

-- ---- extensions ----

-- name: extension_ask
-- args: id:i64, record_id:i64, limit_code:text, clock_id:i64, asked_at:i64, asked_by:i64, asked_body:i64
-- args: old_due_at:i64, until:i64, reason:text
INSERT INTO clock_extensions (id, record_id, limit_code, clock_id, asked_at, asked_by, asked_body, old_due_at, until,
                              reason)
VALUES (:id, :record_id, :limit_code, :clock_id, :asked_at, :asked_by, :asked_body, :old_due_at, :until, :reason)

-- name: extension_open
-- args: clock_id:i64
-- row: id:i64, asked_by:i64, asked_body:i64, until:i64
SELECT id, asked_by, asked_body, until FROM clock_extensions WHERE clock_id = :clock_id AND decided_at IS NULL

-- name: extension_decide
-- args: id:i64, now:i64, decided_by:i64, granted:i64, answer:text
UPDATE clock_extensions SET decided_at = :now, decided_by = :decided_by, granted = :granted, answer = :answer
 WHERE id = :id AND decided_at IS NULL

-- name: extension_drop
-- args: clock_id:i64, now:i64
UPDATE clock_extensions SET decided_at = :now, granted = 0 WHERE clock_id = :clock_id AND decided_at IS NULL

-- name: watch_users
-- row: id:i64
SELECT id FROM users WHERE archived_at IS NULL AND enabled AND (' ' || roles || ' ') LIKE '% watch %' ORDER BY id
