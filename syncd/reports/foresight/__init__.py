"""A preview as machines and people are given it: JSON, the terminal, and the words of both."""
