"""What several connectors need; no connector imports another."""
