"""Several appointing authorities, and people with several staff numbers (decision 0020)."""
