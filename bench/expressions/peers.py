"""One expression, again and again, by the CEL libraries of PyPI, for comparison with `bench/expressions-swift`.

usage: peers.py LIBRARY DATA EXPRESSION; prints evaluations a second and the peak of resident memory in KiB.

Compiling the expression and turning the data into what the library works on is done before, and not counted.
"""

import json
import resource
import sys
import time

SECONDS = 2


def celpy(expression, data):
    """cel-python: CEL in Python alone."""
    import celpy as library

    environment = library.Environment()
    program = environment.program(environment.compile(expression))
    activation = library.json_to_cel(data)
    return lambda: program.evaluate(activation)


def rust(expression, data):
    """common-expression-language: a binding of CEL in Rust."""
    import cel

    program = cel.compile(expression)
    context = cel.Context(data)
    return lambda: program.execute(context)


def cpp(expression, data):
    """cel-expr-python: a binding of CEL in C++."""
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={name: cel.Type.DYN for name in data})
    program = environment.compile(expression)
    activation = environment.Activation(data)
    return lambda: program.eval(activation)


def main():
    library, path, expression = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    evaluate = {"celpy": celpy, "rust": rust, "cpp": cpp}[library](expression, data)
    count, batch = 0, 1
    start = time.monotonic()
    while (passed := time.monotonic() - start) < SECONDS:
        for _ in range(batch):
            evaluate()
        count += batch
        batch = min(batch * 2, 1000) if passed < SECONDS / 4 else batch
    print(count / passed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


main()
