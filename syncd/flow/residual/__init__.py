"""What follows a right that outlived its ground: a report, the access log, people's steps."""
