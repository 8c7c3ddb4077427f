"""Where a creative came from: content credentials, watermarks, a registry, and a rights ledger."""
