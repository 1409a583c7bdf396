"""`python -m ssldescriptor`: the same as the command `ssldescriptor`."""

import sys

from ssldescriptor.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
