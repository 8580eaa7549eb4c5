"""How much work is run: a local pool, a cluster, files that appear whole, folders with one writer."""
