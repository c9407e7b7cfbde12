"""The morning report and the exposure ledger, read from the store whenever they are asked for."""
