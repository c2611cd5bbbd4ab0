-- purpose: the newest tick that was evaluated, and its attempts so far
-- params: $at
-- grain: one row
-- columns: newest (null before the first tick), attempts at $at
SELECT max("at") AS newest, count(*) FILTER ("at" = $at) AS attempts FROM runs
