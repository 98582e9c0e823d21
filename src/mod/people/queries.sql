-- name: activation_find
-- args: credit_code:text
-- row: id:i64, body:i64, code:text, name:text, hash:text?, expires_at:i64?, used_at:i64?
SELECT a.id, b.id, b.code, b.name, a.hash, a.expires_at, a.used_at
  FROM bodies b JOIN activations a ON a.body = b.id
 WHERE b.credit_code = :credit_code AND b.archived_at IS NULL AND a.archived_at IS NULL
