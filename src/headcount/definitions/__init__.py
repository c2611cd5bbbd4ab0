"""The definition language: YAML to a frozen typed model, and every fault on the way."""
