"""A small desk behind the real door, for what the door does whatever the pages are.

`serving_standin` starts it through Streamlit's own command, with the project's configuration.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from lib.settings import load_settings, streamlit_command
from tests.browser.desk import Desk, serving
from tests.postgres import free_port

COOKIE_SECRET = "only-for-tests-" * 4

_SERVER = """
import logging
import streamlit as st
from pathlib import Path
from lib.db.engine import make_engine
from lib.db.migrations import upgrade
from lib.settings import settings
from lib.ui.serving.door import fittings

logging.basicConfig(level="INFO")
app = st.App(Path(__file__).with_name("standin_app.py"), **fittings(settings()))
"""


def sign_in_secrets(*, port: int, provider: str, domain: str, admin: str = "") -> str:
    """Return a secrets file that demands a sign-in with `provider` (its address).

    `admin` is the address of the first admin.
    """
    return f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "campaign-desk"
client_secret = "invented"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid email profile", prompt = "login" }}

[access]
domains = ["{domain}"]
admins = [{f"{admin!r}" if admin else ""}]
"""


@contextmanager
def serving_standin(
    folder: Path, *, script: str, provider: str | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Desk]:
    """Yield a running stand-in whose page is `script`; `provider` makes it demand a sign-in."""
    server = folder / "standin_server.py"
    server.write_text(_SERVER)
    (folder / "standin_app.py").write_text(script)
    port = free_port()
    secrets = folder / "secrets.toml"
    secrets.write_text(
        sign_in_secrets(port=port, provider=provider, domain="label.example") if provider else ""
    )
    url = f"sqlite:///{folder / 'desk.sqlite'}"
    engine = make_engine(url)
    upgrade(engine)  # The door asks the table of people.
    engine.dispose()
    told = {
        "PORT": str(port),
        "SECRETS_FILE": str(secrets),
        "DATABASE_URL": url,
        **(env or {}),
    }
    command, variables = streamlit_command(load_settings(told))
    command[command.index("run") + 1] = str(server)
    with serving(folder, env={**told, **variables}, command=command) as desk:
        yield desk
