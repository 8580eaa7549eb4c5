"""`python -m airshed` is the command `airshed`."""

from airshed.cli.main import run

if __name__ == "__main__":
    run()
