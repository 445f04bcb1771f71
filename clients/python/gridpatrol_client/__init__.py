"""The reference client of GridPatrol's offline sync contract. It shares no code with the server."""

from gridpatrol_client.account import DeviceInfo
from gridpatrol_client.phone import Phone
from gridpatrol_client.syncing import Outcome
from gridpatrol_client.version import VERSION

__version__ = VERSION

__all__ = ["DeviceInfo", "Outcome", "Phone", "__version__"]
