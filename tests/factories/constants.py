"""Codes and numbers the factories share."""

import itertools
from datetime import date

DISTRICT = "310107"
STREET = "310107005"
OTHER_STREET = "310107014"
LONG_AGO = date(2020, 1, 1)
numbers = itertools.count(1)
