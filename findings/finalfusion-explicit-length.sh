#!/usr/bin/env bash
# finalfusion 0.7.1 (the Python package): a chunk of a .fifu file begins with its kind and the length of
# what follows. For vocabularies with explicit n-grams the length that is written leaves out the rows of
# the n-grams, eight bytes each. Its own reader never looks at that length; whoever skips or checks chunks
# by it loses the rest of the file.
#
# Seen: with two n-grams the length is 16 bytes short.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check finalfusion==0.7.1 numpy==2.4.6
"$folder/venv/bin/python" - "$folder/vocabulary" <<'PY'
import struct
import sys

from finalfusion.subword import ExplicitIndexer
from finalfusion.vocab import ExplicitVocab

with open(sys.argv[1], "wb") as file:
    ExplicitVocab(["abc"], ExplicitIndexer(["<ab", "bc>"], 3, 3, {"<ab": 0, "bc>": 1})).write_chunk(file)
data = open(sys.argv[1], "rb").read()
_, length = struct.unpack_from("<IQ", data)
short = len(data) - 12 - length
print(f"{len(data) - 12} bytes follow the length, which says {length}")
sys.exit(0 if short == 16 else "the length is no longer 16 bytes short")
PY
