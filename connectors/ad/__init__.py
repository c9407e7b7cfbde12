"""The `ad` directory: Active Directory over verified TLS, known by objectGUID throughout."""
