"""Judged reports, and how well the service decides them: `make evaluate`."""
