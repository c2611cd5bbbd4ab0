-- purpose: which tick the evaluation state of a system belongs to
-- params: $system
-- grain: one row, none before the first tick
-- columns: token
SELECT token FROM evaluation_states WHERE system = $system
