"""One file a step of the schema, never edited once released."""
