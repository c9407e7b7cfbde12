"""棚卸 (access review): a frozen set of rights as of a day, and what each section says of it."""
