-- purpose: the evaluation state of a system belongs to the tick that is being committed
-- params: $system, $token
-- grain: one row
INSERT OR REPLACE INTO evaluation_states (system, token) VALUES ($system, $token)
