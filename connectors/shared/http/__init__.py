"""What every line over HTTP has in common: how long to wait, how much to take, whom to trust."""
