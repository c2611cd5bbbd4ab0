-- purpose: the later files that hold attribute values which a file tells now as well
-- params: system_code, file_code
-- grain: one row a file
-- columns: file_code
SELECT DISTINCT later.file_code
FROM attributes AS own
INNER JOIN attributes AS later
    ON later.system_code = own.system_code
    AND later.user_code = own.user_code
    AND later."at" = own."at"
    AND later.key IS NOT DISTINCT FROM own.key
    AND later.value = own.value
WHERE own.system_code = $system_code
    AND own.file_code = $file_code
    AND later.file_code > $file_code
