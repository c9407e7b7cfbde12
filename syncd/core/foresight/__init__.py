"""Looking ahead to a coming day: what the decision as of that day says before it has come."""
