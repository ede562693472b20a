#!/usr/bin/env python3
"""Makes the fixture of the tests about texts, about two sets of vectors and about bias, from random
vectors: what gensim, POT, SciPy and NumPy give.

Usage: python3 Scripts/golden/texts.py Tests/Word2VecTests/Fixtures

- means of unit vectors, means with the weights a / (a + p), the first right singular vector (Arora,
  Liang and Ma 2017);
- Word Mover's Distance by gensim's wmdistance, which solves it with POT;
- the orthogonal map of scipy.linalg.orthogonal_procrustes; CSLS by its formula (Conneau et al. 2018,
  eq. 3) over all words;
- WEAT's effect size and p-value over all partitions, by the formulas of Caliskan, Bryson and Narayanan
  2017.
"""

import itertools
import json
import sys
from collections import Counter
from pathlib import Path

import gensim
import numpy as np
import scipy
from gensim.models import KeyedVectors
from scipy.linalg import orthogonal_procrustes

rng = np.random.default_rng(7)
D = 8
WORDS = [f"w{i}" for i in range(40)]
vectors = rng.normal(size=(40, D)).astype(np.float32)
counts = [int(1000 / (i + 1)) for i in range(40)]
units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
unit = {w: units[i].astype(np.float64) for i, w in enumerate(WORDS)}

texts = [
    " ".join(WORDS[min(39, int(k))] for k in rng.geometric(0.08, size=int(rng.integers(3, 15))) - 1)
    for _ in range(30)
]
queries = ["w0 w3 w9 w9", "w12 unknown w30 w1", "w5"]


def mean(text, weight=lambda w: 1.0):
    known = [w for w in text.split() if w in unit]
    return np.sum([weight(w) * unit[w] for w in known], axis=0) / len(known)


def sif(word):
    return 1e-3 / (1e-3 + counts[WORDS.index(word)] / sum(counts))


def cosines(matrix, query):
    return matrix @ query / np.linalg.norm(matrix, axis=1) / np.linalg.norm(query)


means = np.array([mean(t) for t in texts])
weighted = np.array([mean(t, sif) for t in texts])
common = np.linalg.svd(weighted, full_matrices=False)[2][0]
removed = weighted - np.outer(weighted @ common, common)


def without(q):
    return q - (q @ common) * common


kv = KeyedVectors(D)
kv.add_vectors(WORDS, vectors)

# A second set: the first one turned, with noise; words of its own and the first 30 under other names.
turn = np.linalg.qr(rng.normal(size=(D, D)))[0]
other_words = [f"v{i}" for i in range(35)]
other = np.vstack([vectors[:30] @ turn, rng.normal(size=(5, D))])
other = (other + 0.4 * rng.normal(size=other.shape)).astype(np.float32)
other_units = other / np.linalg.norm(other, axis=1, keepdims=True)
pairs = [(f"w{i}", f"v{i}") for i in range(12)]
x = np.array([units[i] for i in range(12)], dtype=np.float64)
y = np.array([other_units[i] for i in range(12)], dtype=np.float64)
rotation, _ = orthogonal_procrustes(x, y)
mapped = units.astype(np.float64) @ rotation
similarity = mapped @ other_units.astype(np.float64).T
K = 10
row_means = np.sort(similarity, axis=1)[:, -K:].mean(axis=1)
column_means = np.sort(similarity, axis=0)[-K:].mean(axis=0)
csls = 2 * similarity - row_means[:, None] - column_means[None, :]


def association(w, a, b):
    return np.mean([unit[w] @ unit[v] for v in a]) - np.mean([unit[w] @ unit[v] for v in b])


def weat(x, y, a, b):
    both = x + y
    s = {w: association(w, a, b) for w in both}
    effect = (np.mean([s[w] for w in x]) - np.mean([s[w] for w in y])) / np.std(
        [s[w] for w in both], ddof=1
    )
    statistic = sum(s[w] for w in x) - sum(s[w] for w in y)
    total = sum(s.values())
    above = count = 0
    for chosen in itertools.combinations(both, len(x)):
        count += 1
        part = sum(s[w] for w in chosen)
        above += 2 * part - total > statistic + 1e-12
    return {"effect": effect, "statistic": statistic, "p": above / count, "partitions": count}


bias = {
    "x": WORDS[0:5], "y": WORDS[5:10], "a": WORDS[10:16], "b": WORDS[16:22],
}

golden = {
    "made by": f"gensim {gensim.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}",
    "words": WORDS, "counts": counts, "vectors": vectors.ravel().tolist(),
    "texts": texts, "queries": queries,
    "means": [mean(q).tolist() for q in queries],
    "weighted": [mean(q, sif).tolist() for q in queries],
    "cosines": [cosines(means, mean(q)).tolist() for q in queries],
    "common": (common * np.sign(common[np.argmax(np.abs(common))])).tolist(),
    "commonCosines": [cosines(removed, without(mean(q, sif))).tolist() for q in queries],
    "wmd": [[kv.wmdistance(q.split(), t.split()) for t in texts] for q in queries],
    "relaxed": [
        [
            max(
                sum(
                    n / sum(Counter(p).values()) * min(np.linalg.norm(unit[w] - unit[v]) for v in r)
                    for w, n in Counter(p).items()
                )
                for p, r in ((u, t.split()), (t.split(), u))
            )
            for t in texts
        ]
        for u in ([w for w in q.split() if w in unit] for q in queries)
    ],
    "otherWords": other_words, "otherVectors": other.ravel().tolist(), "pairs": pairs,
    "rotation": rotation.ravel().tolist(),
    "csls": csls[:, :].ravel().tolist(),
    "bias": bias, "weat": weat(**bias),
}
path = Path(sys.argv[1]) / "texts.json"
path.write_text(json.dumps(golden) + "\n")
