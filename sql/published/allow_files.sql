-- purpose: these files may be read although access to files is taken away
-- params: $files
SET allowed_paths = $files
