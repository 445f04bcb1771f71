"""python -m gridpatrol_client is the command gridpatrol-phone."""

import sys

from gridpatrol_client.cli.main import main

sys.exit(main())
