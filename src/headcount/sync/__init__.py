"""What each destination holds, made equal to the newest snapshot and written down."""
