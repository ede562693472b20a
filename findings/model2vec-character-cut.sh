#!/usr/bin/env bash
# model2vec 0.10.0: max_length is documented as a number of tokens, beyond which a text is truncated.
# But encode first cuts the text itself, to max_length times the median length of the vocabulary's tokens
# in characters. Of a text of long words much is then lost although it has far fewer tokens, and the word
# at the cut is cut in two, and is another word or an unknown one.
#
# Seen: with the default of 512 tokens and a median of 3 characters, the vector of a text of 300 words
# knows nothing of the last 182.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  model2vec==0.10.0 tokenizers==0.23.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from model2vec import StaticModel
from tokenizers import Tokenizer, models, pre_tokenizers

words = ["[UNK]", "the", "cat", "sat", "international", "of"]
tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
# One direction a word: the vector of a text tells the share of each.
model = StaticModel(np.eye(len(words), dtype="f4"), tokenizer)
assert (model.max_length, model.median_token_length) == (512, 3)

text = " ".join(["international"] * 118 + ["cat"] * 182)
count = len(model.tokenize([text])[0])
shares = dict(zip(words, model.encode(text)))
print(f"tokens: {count} of at most {model.max_length}, of them 'cat': 182")
print(f"share of 'cat' in the vector: {shares['cat']:.3f}, in the text: {182 / 300:.3f}")
assert count == 300 and shares["cat"] == 0

# The same text without the cut.
whole = dict(zip(words, model.encode(text, max_length=None)))
print(f"share of 'cat' with max_length=None: {whole['cat']:.3f}")
assert abs(whole["cat"] - 182 / 300) < 1e-6

# A word cut in two is an unknown one: 'international' at the cut does not count.
edge = "the " * 382 + "international"
edges = dict(zip(words, model.encode(edge)))
print(f"{len(model.tokenize([edge])[0])} tokens, {len(edge)} characters: share of the last word {edges['international']}")
assert edges["international"] == 0
PY
