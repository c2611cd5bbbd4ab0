-- purpose: no detail of sync_batches names an erased user; twice, for two names that share the mark between them
-- params: $pattern (the marks around a name are its groups 1 and 2)
UPDATE sync_batches
SET detail = regexp_replace(
    regexp_replace(detail, $pattern, '\1[erased]\2', 'g'), $pattern, '\1[erased]\2', 'g'
)
WHERE regexp_matches(detail, $pattern)
