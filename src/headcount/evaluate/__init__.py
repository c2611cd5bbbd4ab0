"""Who is in a segment at an instant: tick, preview, why and plan share one meaning."""
