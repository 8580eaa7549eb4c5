"""`python -m airshed` is the command `airshed`."""

from airshed.cli.main import main

if __name__ == "__main__":
    main()
