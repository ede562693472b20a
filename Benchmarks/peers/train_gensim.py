"""Trains word vectors with gensim: one process from text to vector file, as the benchmark times it.

gensim cuts sentences after 10,000 words and drops the rest without a word, so its text is a copy
with a line end after every 1,000 words, which is where word2vec.c ends its sentences by itself.
"""

import argparse

from gensim.models import FastText, Word2Vec

parser = argparse.ArgumentParser()
parser.add_argument("text")
parser.add_argument("output")
parser.add_argument("--model", choices=["skipgram", "cbow"], required=True)
parser.add_argument("--loss", choices=["ns", "hs"], required=True)
for name in ("shortest", "longest", "buckets"):
    parser.add_argument("--" + name, type=int, required=True)
for name in ("dim", "window", "negative", "min-count", "epochs", "threads", "seed"):
    parser.add_argument("--" + name, type=int, required=True)
parser.add_argument("--sample", type=float, required=True)
parser.add_argument("--lr", type=float, required=True)
options = parser.parse_args()

subwords = options.longest > 0
grams = dict(min_n=options.shortest, max_n=options.longest, bucket=options.buckets)
model = (FastText if subwords else Word2Vec)(
    # Not an iterator over sentences: with a file the threads read for themselves, which is
    # gensim's fastest way.
    corpus_file=options.text,
    sg=int(options.model == "skipgram"),
    hs=int(options.loss == "hs"),
    vector_size=options.dim,
    window=options.window,
    negative=options.negative if options.loss == "ns" else 0,
    sample=options.sample,
    min_count=options.min_count,
    alpha=options.lr,
    min_alpha=options.lr * 1e-4,
    epochs=options.epochs,
    workers=options.threads,
    seed=options.seed,
    **(grams if subwords else {}),
)
model.wv.save_word2vec_format(options.output, binary=True)
