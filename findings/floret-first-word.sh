#!/usr/bin/env bash
# floret 0.10.5, mode "floret": a word's vector is said to be the mean of rows of one small table, a
# few for the whole word and each of its n-grams, found by MurmurHash3. That holds for every word but
# the first of the vocabulary, the most frequent one: in memory its mean counts one row more, its own.
# The .floret file holds the table alone, so what reads it (spaCy does) gives another vector
# for that word than floret's own get_word_vector.
#
# Seen: of the, cat, sat, on, mat only "the" differs from what the file gives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  floret==0.10.5 mmh3==5.3.1 numpy==2.4.6
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
import floret, mmh3
import numpy as np

folder = sys.argv[1]
with open(folder + "/text", "w") as text:
    text.write("the cat sat on the mat\n" * 50)
model = floret.train_unsupervised(
    folder + "/text", model="cbow", mode="floret", dim=4, minCount=1, minn=2, maxn=3, bucket=100,
    hashCount=2, epoch=5, thread=1, verbose=0)
model.save_floret_vectors(folder + "/v.floret")
header, *lines = open(folder + "/v.floret", encoding="utf8").read().splitlines()
buckets, _, shortest, longest, hashes, seed = map(int, header.split()[:6])
table = np.array([[float(number) for number in line.split()[1:]] for line in lines[:buckets]])


def from_file(word):
    text = f"<{word}>"
    pieces = [text]
    for start in range(len(text)):
        for length in range(shortest, longest + 1):
            if start + length <= len(text):
                pieces.append(text[start:start + length])
    rows = []
    for piece in pieces:
        number = mmh3.hash128(piece.encode(), seed, x64arch=True)
        rows += [(number >> 32 * part & 0xFFFFFFFF) % buckets for part in range(hashes)]
    return table[rows].mean(axis=0)


differ = []
for word in ["the", "cat", "sat", "on", "mat"]:
    distance = np.abs(from_file(word) - model.get_word_vector(word)).max()
    print(f"  {word}: largest difference {distance:.6f}")
    if distance > 1e-4:
        differ.append(word)
print("vocabulary entry 0:", model.get_words()[0], " differ:", differ)
assert model.get_words()[0] == "the" and differ == ["the"]
PY
