-- purpose: no status_reason of segments names an erased user; twice, for two names that share the mark between them
-- params: $pattern (the marks around a name are its groups 1 and 2)
UPDATE segments
SET status_reason = regexp_replace(
    regexp_replace(status_reason, $pattern, '\1[erased]\2', 'g'), $pattern, '\1[erased]\2', 'g'
)
WHERE regexp_matches(status_reason, $pattern)
