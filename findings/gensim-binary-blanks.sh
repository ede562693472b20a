#!/usr/bin/env bash
# gensim 4.4.0: save_word2vec_format(binary=True) writes a key that holds a blank as it is. The binary
# form ends a word at the first blank, so the reader takes the rest of the key for numbers. With such
# a key in the middle, load_word2vec_format returns three words without an error: the key's first
# half with a value of 2.9e26, and a word made of control characters and the next key.
#
# Seen: keys the / New York / cat come back as the / New / @ NUL NUL @@cat.
# A reader does well to refuse control characters in words and numbers of absurd size.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check gensim==4.4.0 numpy==2.4.6
"$folder/venv/bin/python" - "$folder/vectors.bin" <<'PY'
import sys
import numpy as np
from gensim.models import KeyedVectors

words = ["the", "New York", "cat"]
rows = np.array([[0.1, 0.2, 0.3], [1, 2, 3], [-0.7, 0.9, 1.1]], dtype=np.float32)
vectors = KeyedVectors(3)
vectors.add_vectors(words, rows)
vectors.save_word2vec_format(sys.argv[1], binary=True)
read = KeyedVectors.load_word2vec_format(sys.argv[1], binary=True)
print("written:", words)
print("read:   ", read.index_to_key, "largest number", float(abs(read.vectors).max()))
assert len(read) == 3 and read.index_to_key[:2] == ["the", "New"]
assert "\0" in read.index_to_key[2] and abs(read.vectors).max() > 1e20
PY
