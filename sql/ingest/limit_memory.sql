-- purpose: from now on DuckDB holds no more than this in memory, and less where its limit was lower; what
--     is beyond lies on the disk
-- params: most_bytes
SET memory_limit = format_bytes(
    least(parse_formatted_bytes(current_setting('memory_limit')), $most_bytes)::BIGINT
)
