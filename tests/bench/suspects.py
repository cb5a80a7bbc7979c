#!/usr/bin/env python3
"""cleanlab's rules on the held-out probabilities that the program tests/bench/suspects has written.

Usage: suspects.py FILE. Prints for each rule how many labels it lists, and what share of those that
were changed on purpose is among them (recall), and of the list (precision)."""
import sys

import numpy as np

try:
    from cleanlab.filter import find_label_issues
except ImportError:
    sys.exit("  cleanlab is not installed: only sartor's own rules are measured")

raw = open(sys.argv[1], "rb").read()
rows, classes = np.frombuffer(raw, np.int32, 2)
labels = np.frombuffer(raw, np.uint8, rows, 8).astype(int)
changed = np.frombuffer(raw, np.uint8, rows, 8 + rows).astype(bool)
probabilities = np.frombuffer(raw, np.float32, rows * classes, 8 + 2 * rows).reshape(rows, classes)
probabilities = probabilities.astype(float)
probabilities /= probabilities.sum(1, keepdims=True)
for rule in ("prune_by_class", "prune_by_noise_rate", "both", "confident_learning",
             "predicted_neq_given", "low_normalized_margin", "low_self_confidence"):
    found = find_label_issues(labels, probabilities, filter_by=rule, n_jobs=1,
                              return_indices_ranked_by="normalized_margin")
    right = changed[found].sum()
    print(f"  cleanlab {rule:22} {len(found):5} suspects  recall {right / changed.sum():.3f}"
          f"  precision {right / max(1, len(found)):.3f}")
