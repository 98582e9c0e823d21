-- ---- Lists ----

-- name: check_items
-- args: list:i64
-- row: id:i64
SELECT id FROM check_items WHERE list = :list AND archived_at IS NULL ORDER BY no, id LIMIT 200

-- name: check_list_published
-- args: family:text, id:i64
-- row: id:i64
SELECT id FROM check_lists WHERE family = :family AND state = 'published' AND id <> :id AND archived_at IS NULL
ORDER BY id LIMIT 1

-- name: check_list_editions
-- args: family:text
-- row: last:i64, drafts:i64
SELECT coalesce(max(edition), 0), sum(CASE WHEN state = 'draft' AND archived_at IS NULL THEN 1 ELSE 0 END)
FROM check_lists WHERE family = :family

-- name: check_list_any
-- row: id:i64
SELECT id FROM check_lists LIMIT 1

-- ---- Plans ----

-- name: check_plans_released
-- row: id:i64
SELECT id FROM check_plans WHERE state = 'released' AND archived_at IS NULL ORDER BY id LIMIT 500

-- name: check_in_period
-- args: enterprise:i64, body:i64, kind:text, from_t:i64, until_t:i64
-- row: id:i64
SELECT id FROM checks WHERE enterprise = :enterprise AND body = :body AND kind = :kind AND archived_at IS NULL
  AND state <> 'cancelled' AND due_at >= :from_t AND due_at < :until_t LIMIT 1

-- name: check_others
-- args: enterprise:i64, plan:i64, from_t:i64, until_t:i64
-- row: id:i64, code:text, body_title:text?, due_at:i64?
SELECT t.id, t.code, b.name, t.due_at FROM checks t LEFT JOIN bodies b ON b.id = t.body
WHERE t.enterprise = :enterprise AND t.archived_at IS NULL AND t.state IN ('planned', 'underway')
  AND (t.plan IS NULL OR t.plan <> :plan) AND t.due_at >= :from_t AND t.due_at < :until_t AND 'scope' <> 'checks t'
ORDER BY t.due_at, t.id LIMIT 5

-- ---- Checks ----

-- name: check_of_key
-- args: key:text
-- row: id:i64
SELECT id FROM checks WHERE client_key = :key ORDER BY id LIMIT 1

-- name: check_results_of
-- args: visit:i64
-- row: id:i64
SELECT id FROM check_results WHERE visit = :visit AND archived_at IS NULL ORDER BY no, id LIMIT 200

-- name: check_failed_before
-- args: enterprise:i64, object:i64, item:text
-- row: danger:i64
SELECT r.danger FROM check_results r JOIN checks c ON c.id = r.visit JOIN dangers d ON d.id = r.danger
WHERE c.enterprise = :enterprise AND coalesce(c.object, 0) = :object AND r.text = :item AND r.verdict = 'bad'
  AND d.archived_at IS NULL AND d.state IN ('reported', 'ordered', 'returned', 'rectified') ORDER BY r.id DESC LIMIT 1

-- name: check_industry
-- args: code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = 'industry' AND code = :code AND archived_at IS NULL

-- ---- Patrols ----

-- name: patrol_points_due
-- args: now:i64
-- row: id:i64
SELECT p.id FROM patrol_points p WHERE p.archived_at IS NULL AND p.enabled = TRUE AND p.cadence_days > 0
  AND (p.next_at IS NULL OR p.next_at <= :now)
  AND NOT EXISTS (SELECT 1 FROM checks c WHERE c.point = p.id AND c.state IN ('planned', 'underway')
                  AND c.archived_at IS NULL)
ORDER BY p.id LIMIT 500

-- name: patrol_of_place
-- args: object:i64, enterprise:i64
-- row: id:i64
SELECT id FROM patrol_points WHERE archived_at IS NULL AND enabled = TRUE
  AND (object = :object OR (enterprise = :enterprise AND object IS NULL)) ORDER BY id LIMIT 1

-- name: patrol_open
-- args: point:i64
-- row: id:i64
SELECT id FROM checks WHERE point = :point AND state IN ('planned', 'underway') AND archived_at IS NULL ORDER BY id LIMIT 1

-- name: check_open_dangers
-- args: enterprise:i64
-- row: id:i64, code:text, title:text
SELECT t.id, t.code, coalesce(t.title, '') FROM dangers t WHERE t.enterprise = :enterprise AND t.archived_at IS NULL
  AND t.state IN ('reported', 'ordered', 'returned', 'rectified') AND 'scope' <> 'dangers t' ORDER BY t.id DESC LIMIT 20
