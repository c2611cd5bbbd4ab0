-- purpose: no reason of sync_rejects names an erased user; twice, for two names that share the mark between them
-- params: $pattern (the marks around a name are its groups 1 and 2)
UPDATE sync_rejects
SET reason = regexp_replace(
    regexp_replace(reason, $pattern, '\1[erased]\2', 'g'), $pattern, '\1[erased]\2', 'g'
)
WHERE regexp_matches(reason, $pattern)
