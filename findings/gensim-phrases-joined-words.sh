#!/usr/bin/env bash
# gensim 4.4.0: Phrases counts words and pairs in one dictionary, a pair under its words joined by the
# delimiter. A word of the text that has the delimiter in it is therefore counted as that pair too; and a
# FrozenPhrases of a second pass takes the pairs apart at every delimiter, so that a pair whose first half
# was joined in the first pass is no longer that pair.
#
# Seen: bank_note, a word of the text, makes the pair (bank, note), which never stands in it, a phrase.
# Seen: of two passes the second joins new_york city; frozen it has no phrase at all.
# A second dictionary, or pairs of numbers, have neither.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check gensim==4.4.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
from gensim.models.phrases import Phrases

lines = [["bank_note"], ["bank"], ["note"]] * 20 + [["a", "b", "c", "d", "e", "f"]] * 3
first = Phrases(lines, min_count=5, threshold=0.1)
print("phrases:", first.export_phrases(), "adjacent: never")
assert "bank_note" in first.export_phrases()

filler = [[f"w{i}", f"v{i}", f"u{i}"] for i in range(200)]
lines = [["new", "york", "city"]] * 20 + [["new", "york"]] * 20 + filler
first = Phrases(lines, min_count=5, threshold=1)
joined = [first[line] for line in lines]
second = Phrases(joined, min_count=5, threshold=1)
text = first[["new", "york", "city"]]
frozen = second.freeze()
print("model: ", second[text])
print("frozen:", frozen[text], sorted(frozen.phrasegrams))
assert second[text] == ["new_york_city"]
assert frozen[text] != second[text]
PY
