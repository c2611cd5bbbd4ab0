-- purpose: rejected lines that name an erased user are kept as rejects without a word of theirs
-- params: $pattern
-- grain: changes one row a line
-- columns: line
UPDATE rejected_rows SET raw = '', reason = 'it named a user who was erased'
WHERE regexp_matches(raw, $pattern) OR regexp_matches(reason, $pattern)
RETURNING line
