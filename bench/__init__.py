"""Measurements: never part of the tests, never an assertion; `make bench` runs them all."""
