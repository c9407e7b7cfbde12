"""The exposure ledger: from the moment a right lost its ground to its confirmed removal."""
