#!/usr/bin/env bash
# TensorBoard 2.21.0, embedding projector: tensor_path may name raw float32 numbers with their shape
# in projector_config.pbtxt. There is no mark of the kind of file: the plugin reads it as tab-separated
# text first and takes it for raw numbers only if it is not UTF-8. Numbers like 0.5 or 2 (whose bytes
# are all ASCII) make a file that is UTF-8, and the request for the tensor fails;
# the same file with one 1.0 in it is served.
#
# Seen: HTTP 200 for [[1, 0.5]], 500 for [[2, 0.5]].
set -euo pipefail
folder=$(mktemp -d)
server=
trap 'if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  tensorboard==2.21.0 numpy==2.4.6 setuptools==65.5.0
mkdir "$folder/log"
"$folder/venv/bin/python" - "$folder/log" <<'PY'
import sys
import numpy as np

for name, values in [("good", [1, 0.5]), ("bad", [2, 0.5])]:
    np.array([values], dtype="<f4").tofile(f"{sys.argv[1]}/{name}.bytes")
with open(sys.argv[1] + "/projector_config.pbtxt", "w") as config:
    for name in ["good", "bad"]:
        config.write(f'embeddings {{ tensor_name: "{name}" tensor_path: "{name}.bytes" '
                     "tensor_shape: 1 tensor_shape: 2 }\n")
PY
port=$((20000 + RANDOM % 20000))
"$folder/venv/bin/tensorboard" --logdir "$folder/log" --host 127.0.0.1 --port "$port" \
  --load_fast=false >"$folder/server.txt" 2>&1 &
server=$!
ask() {
  curl --silent --output /dev/null --write-out '%{http_code}' \
    "http://127.0.0.1:$port/data/plugin/projector/tensor?run=.&name=$1"
}
for _ in $(seq 120); do
  [[ $(ask good || true) == 200 ]] && break
  sleep 0.5
done
good=$(ask good) bad=$(ask bad)
echo "  [[1, 0.5]]: HTTP $good; [[2, 0.5]]: HTTP $bad"
[[ $good == 200 && $bad == 500 ]]
