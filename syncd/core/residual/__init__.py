"""Rights that outlived their ground: how long, what was done with them meanwhile, what follows."""
