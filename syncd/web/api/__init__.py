"""`/api/v1`: what machines may ask for; one module for each kind of thing, `create_api` joins them.

Errors are problem+json (RFC 9457); lists are cut by cursors; single things carry ETags (RFC 9110,
8.8.3) and are changed only where `If-Match` agrees; starting a run may carry an Idempotency-Key.
"""
