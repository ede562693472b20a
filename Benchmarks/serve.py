#!/usr/bin/env python3
"""How many questions for neighbours `wordtool serve` answers a second, and how late the slowest are.

    apt-get install wrk
    swift build -c release
    Benchmarks/serve.py .build/release/wordtool

The vectors are 30,000 x 100 floats, drawn once from a seed. wrk asks over loopback, on the same machine, for the
ten nearest of random words, with 32 connections; then at half of what it got, by as many connections as give
about that (wrk asks as fast as each connection answers: fewer connections are less load). Each line is the median
of the rounds. `--vectors FILE` takes others, `--threads N` so many threads of the server.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile

SCRIPT = """
local words = {}
for line in io.lines(os.getenv("WORDS")) do words[#words + 1] = line end
math.randomseed(tonumber(os.getenv("SEED")))
request = function()
  return wrk.format("GET", "/api/nearest?k=10&q=" .. words[math.random(#words)])
end
"""


def write_vectors(path, words, dimension):
    """word2vec's text format."""
    draw = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{words} {dimension}\n")
        for word in range(words):
            values = " ".join(f"{draw.gauss(0, 1):.4f}" for _ in range(dimension))
            file.write(f"w{word} {values}\n")


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def ask(address, connections, seconds, folder, seed):
    """Requests a second, and milliseconds of the median and of the 99th percentile."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "-s", f"{folder}/ask.lua",
         address],
        env={**os.environ, "WORDS": f"{folder}/words", "SEED": str(seed)}, check=True,
        capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(output)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    return (rate, milliseconds(re.search(r"50%\s+(\S+)", output)[1]),
            milliseconds(re.search(r"99%\s+(\S+)", output)[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordtool")
    parser.add_argument("--vectors")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--connections", default="32,2,1")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        vectors = arguments.vectors
        if not vectors:
            vectors = f"{folder}/vectors.safetensors"
            write_vectors(f"{folder}/vectors.txt", 30_000, 100)
            subprocess.run([arguments.wordtool, "convert", f"{folder}/vectors.txt", vectors],
                           check=True)
        with open(f"{folder}/ask.lua", "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        with open(f"{folder}/words", "w", encoding="utf-8") as file:
            subprocess.run([arguments.wordtool, "convert", vectors, f"{folder}/words.vec"],
                           check=True)
            with open(f"{folder}/words.vec", encoding="utf-8") as lines:
                next(lines)
                for line in lines:
                    word = line.split(" ")[0]
                    if re.fullmatch(r"[a-z0-9]+", word):
                        file.write(word + "\n")
        command = [arguments.wordtool, "serve", "-v", vectors, "--port", "0", "--no-page"]
        if arguments.threads:
            command += ["--threads", str(arguments.threads)]
        print(f"load before: {os.getloadavg()[0]:.2f}")
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as server:
            try:
                address = server.stdout.readline().strip()
                print("connections  answers/s  p50 ms  p99 ms")
                for connections in map(int, arguments.connections.split(",")):
                    found = [ask(address, connections, arguments.seconds, folder, seed)
                             for seed in range(arguments.rounds)]
                    rate, median, late = (statistics.median(column) for column in zip(*found))
                    print(f"{connections:11}  {rate:9.0f}  {median:6.2f}  {late:6.2f}", flush=True)
            finally:
                server.terminate()
        print(f"load after: {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
