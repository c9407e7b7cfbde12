"""What a drill tries and how it is judged: poisons, what they change, and the verdict on each."""
