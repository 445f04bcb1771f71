"""The application as WSGI servers import it."""

from backend.app import create_app

app = create_app()
