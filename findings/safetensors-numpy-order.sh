#!/usr/bin/env bash
# safetensors 0.8.0, module safetensors.numpy, with NumPy 2.4.6: a transposed matrix, every second
# column and a Fortran-ordered array are written in the order in which their memory lies, under the
# shape of the view. Reading the file gives other numbers in each place, without an error or a
# warning. safetensors 0.7.0 wrote them right. (safetensors.torch refuses such tensors.)
#
# Seen: a = [[0 1 2] [3 4 5]]; a.T comes back as [[0 1] [2 3] [4 5]].
# Who writes vectors from NumPy should call numpy.ascontiguousarray first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat >"$folder/show.py" <<'PY'
import sys
import numpy as np
from safetensors.numpy import load_file, save_file

matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
views = {"transposed": matrix.T, "columns": matrix[:, ::2], "fortran": np.asfortranarray(matrix)}
wrong = []
for name, view in views.items():
    save_file({"t": view}, sys.argv[1])
    read = load_file(sys.argv[1])["t"]
    print(f"  {name}: {view.tolist()} comes back as {read.tolist()}")
    if not np.array_equal(view, read):
        wrong.append(name)
print("wrong:", ",".join(wrong) or "none")
PY
for version in 0.7.0 0.8.0; do
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "safetensors==$version" numpy==2.4.6
  echo "safetensors $version"
  "$folder/venv/bin/python" "$folder/show.py" "$folder/t.safetensors" | tee "$folder/$version"
done
grep -qx 'wrong: none' "$folder/0.7.0"
grep -qx 'wrong: transposed,columns,fortran' "$folder/0.8.0"
