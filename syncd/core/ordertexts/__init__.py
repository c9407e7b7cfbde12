"""Orders that are written out (発令内容): understood whole by a table of patterns, or held."""
