"""Trains word vectors with gensim: one process from text to vector file, as the benchmark times it.

gensim cuts sentences after 10,000 words and drops the rest without a word, so its text is a copy
with a line end after every 1,000 words, which is where word2vec.c ends its sentences by itself.
"""

import argparse

from gensim.models import Word2Vec

parser = argparse.ArgumentParser()
parser.add_argument("text")
parser.add_argument("output")
for name in ("dim", "window", "negative", "min-count", "epochs", "threads", "seed"):
    parser.add_argument("--" + name, type=int, required=True)
parser.add_argument("--sample", type=float, required=True)
parser.add_argument("--lr", type=float, required=True)
options = parser.parse_args()

model = Word2Vec(
    # Not an iterator over sentences: with a file the threads read for themselves, which is
    # gensim's fastest way.
    corpus_file=options.text,
    sg=1,
    hs=0,
    vector_size=options.dim,
    window=options.window,
    negative=options.negative,
    sample=options.sample,
    min_count=options.min_count,
    alpha=options.lr,
    min_alpha=options.lr * 1e-4,
    epochs=options.epochs,
    workers=options.threads,
    seed=options.seed,
)
model.wv.save_word2vec_format(options.output, binary=True)
