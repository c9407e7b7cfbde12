"""Ways to prove who somebody is that need no directory connector: local accounts, OIDC."""
