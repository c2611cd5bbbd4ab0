-- purpose: the systems, as they are
INSERT INTO seen.systems FROM systems
