"""Input that nobody meant: no traceback reaches a user, exit codes are the contract's, nothing is written by halves.

The short form runs with the tests; the long one is `python -m tests.fuzz --minutes 30`, which prints the seed of what
it finds: `python -m tests.fuzz TARGET --seed N` does that one again.
"""
