"""Who comes in and as whom: signing in step by step, accounts, tokens, deputies."""
