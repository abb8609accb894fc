"""TAP for tests that are a list of functions, each of which says by its result whether its sentence holds."""

import sys


def tell(cases):
    """cases: [(sentence, holds)]; ends the program, with 1 when one does not hold."""
    failed = 0
    print(f"1..{len(cases)}")
    for number, (sentence, holds) in enumerate(cases, 1):
        try:
            said = "ok" if holds() else "not ok"
        except AssertionError as error:
            print("".join(f"# {line}\n" for line in str(error).splitlines()), end="")
            said = "not ok"
        failed += said != "ok"
        print(f"{said} {number} - {sentence}", flush=True)
    sys.exit(1 if failed else 0)
