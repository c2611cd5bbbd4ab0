-- purpose: how far the columns of a system reach
-- params: $system_code
-- grain: one row, none without columns
-- columns: position
SELECT position FROM column_heads WHERE system_code = $system_code
