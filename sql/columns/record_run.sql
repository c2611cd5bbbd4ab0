-- purpose: a run counts
-- params: $system_code, $run, $file, $day, $after_position, $upto_position, $first_us, $last_us, $rows, $sha256
-- grain: one row
INSERT INTO column_runs
    (system_code, run, file, day, after_position, upto_position, first_us, last_us, rows, sha256)
VALUES
    ($system_code, $run, $file, $day, $after_position, $upto_position, $first_us, $last_us, $rows, $sha256)
