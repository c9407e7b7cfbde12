"""The morning report: what became of every right that a day concerned."""
