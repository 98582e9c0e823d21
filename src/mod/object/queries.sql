-- name: object_dict_parent
-- args: dict:text, code:text
-- row: parent:text?
SELECT parent FROM dict_entries WHERE dict = :dict AND code = :code AND archived_at IS NULL
