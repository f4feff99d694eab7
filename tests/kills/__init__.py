"""Kill rounds: under load, one process is ended with `kill -9` at a random moment, and everything is counted after.

`python -m tests.kills` runs twenty rounds; `test_short.py` a few in the test suite.
"""
