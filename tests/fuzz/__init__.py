"""Input that nobody meant: no traceback reaches a user, exit codes are the contract's, nothing is written by halves.

The short form runs with the tests, as do the cases of `tests/data/fuzz`, which once found something. CI plays others for
two minutes; the long form is `python -m tests.fuzz --minutes 30`. What it finds it leaves as a case in a file:
`python -m tests.fuzz --case FILE` does that one again.
"""
