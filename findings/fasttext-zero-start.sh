#!/usr/bin/env bash
# fastText 0.9.2 (fasttext-wheel): unsupervised training is said to start from a matrix of uniform
# random numbers, the rows of words and of n-grams alike (Bojanowski et al. 2017). It fills a tenth of
# that matrix for each thread, so only with ten threads or more is all of it filled: what is left
# stays exactly zero, and changes only where a word of the text has the n-gram. The share of the table
# that starts at random therefore depends on `thread`, a number that should say nothing but how fast
# it goes; and with one thread a word that is not in the text can have a vector of zeros.
#
# Seen, rows of n-grams that no word of the text touches and that are not zero: 10.0 % with 1 thread,
# 40.0 % with 4, 100.0 % with 10; with one thread the vector of "dog" is zeros.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  fasttext-wheel==0.9.2 numpy==1.26.4
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
import fasttext
import numpy as np

folder = sys.argv[1]
with open(folder + "/text", "w") as text:
    text.write("the cat sat on the mat\n" * 50)
shares = {}
for threads in (1, 4, 10):
    model = fasttext.train_unsupervised(
        folder + "/text", dim=10, minCount=1, bucket=20_000, epoch=1, thread=threads, verbose=0)
    rows = model.get_input_matrix()
    touched = {number for word in model.get_words() for number in model.get_subwords(word)[1]}
    idle = [number for number in range(len(model.get_words()), len(rows)) if number not in touched]
    shares[threads] = float(np.mean(np.any(rows[idle] != 0, axis=1)))
    print(f"  thread={threads}: {100 * shares[threads]:.1f} % of {len(idle)} untouched rows are not zero")
    if threads == 1:
        zeros = [word for word in ("dog", "river") if not model.get_word_vector(word).any()]
        print("  with one thread, vectors of zeros:", *zeros)
assert zeros == ["dog"], zeros
assert abs(shares[1] - 0.1) < 0.01 and abs(shares[4] - 0.4) < 0.01 and shares[10] > 0.99, shares
PY
