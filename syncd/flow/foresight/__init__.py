"""Previews of coming days: made from what is known or has just been read, kept, and compared."""
