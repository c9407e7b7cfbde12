"""The pure core: facts to decision to cases to plan. No clock, disk, network, database or log."""
