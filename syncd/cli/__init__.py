"""The command line (design, section 7): stable commands, options, JSON and exit codes."""
