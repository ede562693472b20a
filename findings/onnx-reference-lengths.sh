#!/usr/bin/env bash
# onnx 1.23.2: the ReferenceEvaluator, which is meant to say what an operator computes, ignores the
# input sequence_lens of LSTM. A batch with lengths 3 and 1 gives what lengths 3 and 3 give.
# onnxruntime 1.32.0 obeys it: behind a sequence's end Y is zero, and Y_h is the state at its end.
# So a graph with padded batches cannot be checked with the reference evaluator.
#
# Seen (hidden size 1, Y at the last step): reference equal for both, onnxruntime x and 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

random = np.random.default_rng(0)
weights = {name: random.normal(size=(1, 4, 1)).astype(np.float32) for name in "WR"}
graph = helper.make_graph(
    [helper.make_node("LSTM", ["X", "W", "R", "", "lengths"], ["Y", "Y_h"], hidden_size=1)],
    "lengths",
    [helper.make_tensor_value_info("X", TensorProto.FLOAT, [3, 2, 1]),
     helper.make_tensor_value_info("lengths", TensorProto.INT32, [2])],
    [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [3, 1, 2, 1]),
     helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, [1, 2, 1])],
    [helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.ravel())
     for name, value in weights.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
onnx.checker.check_model(model)
steps = np.ones((3, 2, 1), np.float32)
runtime = onnxruntime.InferenceSession(model.SerializeToString())
reference = ReferenceEvaluator(model)
last = {}
for name, run in [("reference", reference.run), ("onnxruntime", runtime.run)]:
    for lengths in ([3, 3], [3, 1]):
        y, _ = run(None, {"X": steps, "lengths": np.array(lengths, np.int32)})
        last[name, lengths[1]] = y[2].ravel()
        print(f"  {name}, lengths {lengths}: Y at the last step {y[2].ravel()}")
assert np.array_equal(last["reference", 3], last["reference", 1])
assert last["onnxruntime", 1][1] == 0 and last["onnxruntime", 3][1] != 0
PY
