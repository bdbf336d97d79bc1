"""The benchmarks: whole processes measured in turn, quoted as ratios to a floor or a peer of the same run."""
