-- purpose: drop the memory of files that no reader can still be reading
-- params: $before (those retired until then)
DELETE FROM published_parts WHERE retired_at <= $before
