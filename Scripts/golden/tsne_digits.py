#!/usr/bin/env python3
"""The divergence that scikit-learn's t-SNE leaves on the digits of TSNETests.

Usage: WORDTOOL_CORPORA=DIR python3 Scripts/golden/tsne_digits.py     needs scikit-learn
"""
import os
import pathlib

import numpy
import sklearn
from sklearn.manifold import TSNE

rows = numpy.loadtxt(
    pathlib.Path(os.environ["WORDTOOL_CORPORA"]) / "optdigits/optdigits.tra", delimiter=",")
for seed in range(3):
    model = TSNE(perplexity=30, init="pca", random_state=seed)
    model.fit(rows[:600, :64])
    print(sklearn.__version__, seed, round(model.kl_divergence_, 4))
