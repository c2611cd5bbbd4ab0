-- purpose: the store of what a run saw is whole
DETACH seen
