-- purpose: the files of values of a property count no more
-- params: $system_code, $key_code
-- grain: the files of one property
DELETE FROM column_values WHERE system_code = $system_code AND key_code = $key_code
