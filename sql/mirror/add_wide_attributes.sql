-- purpose: attributes that were read exactly
-- frames: found (system_code, user_code, key, at, value)
INSERT INTO wide_attributes FROM found
