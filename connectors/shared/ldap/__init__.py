"""What every directory that speaks LDAP needs: connections, searches and their decoding."""
