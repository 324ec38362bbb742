"""`python -m parcore` is the command `parcore`."""

from parcore.cli import main

if __name__ == "__main__":
    main()
