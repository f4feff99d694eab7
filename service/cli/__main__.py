"""`python -m service.cli` is the `evenlode` command, wherever the checkout has been moved to."""

from service.cli.main import evenlode

if __name__ == "__main__":
    evenlode(prog_name="evenlode")
