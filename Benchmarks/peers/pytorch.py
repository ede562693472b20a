"""PyTorch in a process of its own, which waits for requests: a line of JSON each way."""

import json
import os
import subprocess
import sys
import time


def serve(threads, make):
    """In that process: answers requests until there are no more.

    `make` gets the module and gives the function from a request to its answer, both dictionaries.
    """
    import torch

    torch.set_num_threads(threads)
    answers = os.fdopen(os.dup(1), "w")
    # Whatever libraries print must not stand among the answers.
    os.dup2(2, 1)
    print(json.dumps({"version": f"torch {torch.__version__}"}), file=answers, flush=True)
    answer = make(torch)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


class PyTorch:
    """The other process. It waits for a line to read, and takes no time meanwhile."""

    def __init__(self, script, threads):
        """Runs `script --worker`, which is to call `serve`."""
        self.process = subprocess.Popen(
            [sys.executable, script, "--worker", "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads)),
        )  # fmt: skip
        self.version = self.answer()["version"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("error: the process with PyTorch ended; its message is above")
        return json.loads(line)

    def ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = self.answer()
        # Threads of OpenMP spin for a while after the work; not during the other's turn.
        time.sleep(0.5)
        return answer

    def end(self):
        self.process.stdin.close()
        self.process.wait()
