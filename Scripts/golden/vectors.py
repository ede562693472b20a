#!/usr/bin/env python3
"""Makes the fixtures of the vector tests: the same small set of vectors as several tools write
it, and what gensim answers from it.

Made with Python 3.11, NumPy 2, gensim 4.4.0; the seed is in the code.
Usage: python3 Scripts/golden/vectors.py Tests/Word2VecTests/Fixtures
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

target = Path(sys.argv[1])
random = np.random.default_rng(20240229)
dimension = 12

# Pairs that share an offset, with noise, so that some analogies come out right and some do not.
groups = {
    "capitals": [("athens", "greece"), ("oslo", "norway"), ("rome", "italy"), ("paris", "france"),
                 ("madrid", "spain"), ("東京", "日本")],
    "gram1-plural": [("cat", "cats"), ("dog", "dogs"), ("tree", "trees"), ("café", "cafés"),
                     ("Car", "Cars")],
}
words, rows = ["the", "of", "and"], list(random.normal(size=(3, dimension)))
for pairs in groups.values():
    offset = random.normal(size=dimension)
    for first, second in pairs:
        base = random.normal(size=dimension)
        words += [first, second]
        rows += [base, base + offset + 1.2 * random.normal(size=dimension)]
rows = np.array(rows, dtype=np.float32)
rows[2] *= np.float32(1e-6)  # values that need an exponent

vectors = KeyedVectors(dimension)
vectors.add_vectors(words, rows)
vectors.save_word2vec_format(target / "gensim.bin", binary=True)
vectors.save_word2vec_format(target / "gensim.txt", binary=False)


def lines(number):
    return [[word] + [number(value) for value in row] for word, row in zip(words, rows)]


header = f"{len(words)} {dimension}\n"
# word2vec.c: a newline after each vector; text with six decimals and a blank at the end.
with open(target / "word2vec-c.bin", "wb") as file:
    file.write(header.encode())
    for word, row in zip(words, rows):
        file.write(word.encode() + b" " + struct.pack(f"<{dimension}f", *row) + b"\n")
with open(target / "word2vec-c.txt", "w") as file:
    file.write(header)
    for line in lines(lambda value: f"{value:f}"):
        file.write(" ".join(line) + " \n")
# fastText: five significant digits and a blank at the end.
with open(target / "fasttext.vec", "w") as file:
    file.write(header)
    for line in lines(lambda value: f"{value:.5g}"):
        file.write(" ".join(line) + " \n")
# GloVe: no header; a word with blanks, as in the 840B set; <unk> at the end.
with open(target / "glove.txt", "w") as file:
    for line in lines(lambda value: f"{value:f}"):
        file.write(" ".join(line) + "\n")
    for word in [". . .", "<unk>"]:
        file.write(" ".join([word] + [f"{value:f}" for value in random.normal(size=dimension)]) + "\n")

questions = []
for name, pairs in groups.items():
    questions.append(f": {name}")
    for a, b in pairs:
        for c, d in pairs:
            if a != c:
                questions.append(f"{a} {b} {c} {d}")
    questions.append(f"{pairs[0][0]} {pairs[0][1]} unknown words")
(target / "questions.txt").write_text("\n".join(questions) + "\n")
pairs = [(words[i], words[j], round(float(random.uniform(0, 10)), 1))
         for i, j in random.integers(0, len(words), size=(30, 2)) if i != j] + [("cat", "ghost", 1.0)]
(target / "pairs.tsv").write_text("".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs))

unit = rows.astype(np.float64)
unit /= np.linalg.norm(unit, axis=1, keepdims=True)
place = {word: i for i, word in enumerate(words)}


def product(a, b, c):
    """3CosMul, straight from Levy & Goldberg 2014, in double precision."""
    ca, cb, cc = [(1 + unit @ unit[place[word]]) / 2 for word in (a, b, c)]
    scores = cb * cc / (ca + 0.001)
    scores[[place[a], place[b], place[c]]] = -1
    return scores


def by_product(section):
    right = 0
    for a, b in groups[section]:
        for c, d in groups[section]:
            if a != c:
                right += words[int(np.argmax(product(a, b, c)))] == d
    return right


def answers(found):
    return [[word, float(score)] for word, score in found]


_, sections = vectors.evaluate_word_analogies(target / "questions.txt", case_insensitive=False)
pearson, spearman, missing = vectors.evaluate_word_pairs(target / "pairs.tsv", case_insensitive=False)
top = product("athens", "greece", "oslo")
golden = {
    "words": words,
    "first": [float(value) for value in rows[0]],
    "similar": answers(vectors.most_similar("norway", topn=5)),
    "mean": answers(vectors.most_similar(positive=["norway", "italy"], topn=5)),
    "analogy": answers(vectors.most_similar(positive=["greece", "oslo"], negative=["athens"], topn=5)),
    "product": [[words[i], float(top[i])] for i in np.argsort(-top)[:5]],
    "rank": vectors.rank("cat", "dogs"),
    "oddOneOut": str(vectors.doesnt_match(["cat", "dog", "tree", "italy"])),
    "analogies": {s["section"]: [len(s["correct"]), len(s["correct"]) + len(s["incorrect"])]
                  for s in sections},
    "analogiesByProduct": {section: by_product(section) for section in groups},
    "pearson": float(pearson.statistic),
    "spearman": float(spearman.statistic),
    "missing": missing,
    "pairs": len(pairs),
}
(target / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
