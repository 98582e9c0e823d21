-- The columns stand in the order of the declared fields (public.c).

-- name: public_dangers
-- args: most:i64
-- row: code:text, enterprise:text?, district:text?, level:text?, issuer:text?, words:text?, since:i64?
SELECT t.code, e.name, d.name, t.level, i.name, t.public_words, t.public_at
FROM supervisions t LEFT JOIN bodies e ON e.id = t.enterprise LEFT JOIN districts d ON d.id = t.district
  LEFT JOIN bodies i ON i.id = t.issuer
WHERE t.public = TRUE AND (t.state = 'hung' OR t.state = 'applied') AND t.archived_at IS NULL
ORDER BY t.public_at DESC, t.id DESC LIMIT :most

-- name: public_warnings
-- args: everything:bool, most:i64
-- row: code:text, title:text?, grade:text, line:text?, district:text?, area:text?, advice:text?, since:i64?
SELECT t.code, t.title, CAST(t.grade AS TEXT), t.line, d.name, t.area, t.advice, t.published_at
FROM warnings t LEFT JOIN districts d ON d.id = t.district
WHERE (t.state = 'published' OR t.state = 'handling' OR t.state = 'reviewing') AND t.archived_at IS NULL
  AND (:everything = TRUE OR (t.advice IS NOT NULL AND t.advice <> ''))
ORDER BY t.published_at DESC, t.id DESC LIMIT :most

-- name: public_setting
-- args: code:text
-- row: extra:text?
SELECT extra FROM dict_entries WHERE dict = 'public_setting' AND code = :code AND archived_at IS NULL
