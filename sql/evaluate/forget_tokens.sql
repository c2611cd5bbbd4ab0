-- purpose: no evaluation state counts any more; the next tick evaluates in full
-- params: none
-- grain: every system
DELETE FROM evaluation_states
