-- purpose: fill a store with what a run saw
-- params: $path
ATTACH $path AS seen
