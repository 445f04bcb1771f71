"""What goes wrong with the private cluster, in words for the person at the machine. Not here: problems of the API."""


class ClusterError(RuntimeError):
    """The cluster cannot be made, started or reached; the text says why and what to do."""
