"""棚卸 (access review): beginning it, answering, ending it, and what a run does about it."""
