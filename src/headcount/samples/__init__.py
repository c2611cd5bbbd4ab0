"""The sample CRM: a seeded month of WalkMe webhook events, and what arrives next."""
