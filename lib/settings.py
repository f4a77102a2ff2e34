"""Every environment variable and secret of the desk: read once, typed, refused with a reason.

This is the lowest layer: it imports nothing of `lib`, and neither Streamlit nor SQLAlchemy.
"""

import getpass
import hmac
import ipaddress
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE_COOKIE_SECRET = "an-example-that-the-desk-refuses-to-start-with"  # noqa: S105
SHORTEST_COOKIE_SECRET = 32  # bytes
SHORTEST_METRICS_TOKEN = 16  # characters
EXAMPLE_BILLING_SECRET = "an-example-that-signs-no-notice-of-any-payment"  # noqa: S105
SHORTEST_BILLING_SECRET = 32  # bytes
LARGEST_LOGO = 200 * 1024  # bytes
LOGO_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}

# Longest line of a websocket handshake. The library's 8 KiB leave a person with many
# sign-in cookies before a blank page: https://github.com/streamlit/streamlit/pull/15492
_HANDSHAKE_LINE = "65536"
_SECTIONS = ("auth", "access", "billing")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class SettingsRefused(ValueError):
    """The environment or the secrets file cannot be used; the message says what to change."""


def _database_url(url: str) -> str:
    """Return `url` with the driver that the desk uses; refuse any other kind of database."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and separator:
        _refuse_broken_address(rest)
        return f"postgresql+psycopg://{rest}"
    if scheme in ("sqlite", "sqlite+pysqlite") and rest.lstrip("/") not in ("", ":memory:"):
        return f"sqlite://{rest}"
    raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")


def _refuse_broken_address(rest: str) -> None:
    """Refuse an address whose parts cannot be told apart, without repeating any of them."""
    try:
        has_port = urlsplit(f"//{rest}").port is not None
    except ValueError:
        has_port = False
    authority = rest.partition("/")[0]
    # The part after an IPv6 address in brackets; a colon there announces a port.
    after_host = authority.rpartition("@")[2].rpartition("]")[2]
    if authority.count("@") > 1 or (":" in after_host and not has_port):
        raise ValueError(
            "has an address that cannot be read: a password's @ : / ? # must be written as "
            "%40 %3A %2F %3F %23, and a port is a number"
        )


def _zone(name: str) -> str:
    """Return `name` where it is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as Europe/Berlin or UTC") from None
    return name


def _colour(value: str) -> str:
    """Return a colour as browsers write it."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour such as #4b4ab5")
    return value.lower()


def _logo(path: Path) -> Path:
    """Return the path of a picture that is there and small enough to go along with every page."""
    path = path.expanduser().absolute()
    if path.suffix.lower() not in LOGO_TYPES:
        raise ValueError(f"must be a picture: {', '.join(LOGO_TYPES)}")
    if not path.is_file() or path.stat().st_size > LARGEST_LOGO:
        raise ValueError(f"must be a file that is there, of {LARGEST_LOGO // 1024} KiB at most")
    return path


def _host(value: str) -> str:
    """Return the address without the brackets that IPv6 wears inside a URL."""
    return value.strip("[]")


def _is_loopback(host: str) -> bool:
    """Return whether `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _os_user() -> str:
    """Return the name of the person whose machine this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # A container without a name for its user id.
        return "local"


_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - named to be refused  # nosec B104
_OPEN_DOOR = (
    "would serve everybody on the network without a sign-in: add [auth] and [access] to the "
    "secrets file, or keep 127.0.0.1"
)


class _Frozen(BaseModel):
    # Pydantic would otherwise print the refused value, password included.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Auth(_Frozen):
    """The part of Streamlit's `[auth]` section that the desk checks before it starts."""

    redirect_uri: str
    cookie_secret: SecretStr
    client_secret: SecretStr | None = None
    """Streamlit reads it itself; here it is known so that no log may show it."""

    @model_validator(mode="after")
    def _refuse_weak(self) -> Self:
        secret = self.cookie_secret.get_secret_value()
        if secret == EXAMPLE_COOKIE_SECRET:
            raise ValueError("cookie_secret is the example's: whoever read it signs in as anyone")
        if len(secret.encode()) < SHORTEST_COOKIE_SECRET:
            raise ValueError(f"cookie_secret is shorter than {SHORTEST_COOKIE_SECRET} bytes")
        address = urlsplit(self.redirect_uri)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("redirect_uri must be the desk's full address + /oauth2callback")
        return self

    @property
    def public_host(self) -> str:
        """The host name under which people reach the desk."""
        return urlsplit(self.redirect_uri).hostname or ""

    @property
    def origin(self) -> str:
        """Scheme, host and port under which people reach the desk."""
        address = urlsplit(self.redirect_uri)
        return f"{address.scheme}://{address.netloc}"


class Access(_Frozen):
    """Who may come in once the provider has said who it is: nobody by default."""

    domains: frozenset[Annotated[str, AfterValidator(str.lower)]] = frozenset()
    emails: frozenset[Annotated[str, AfterValidator(str.lower)]] = frozenset()
    admins: frozenset[Annotated[str, AfterValidator(str.lower)]] = frozenset()
    """May come in too; the first of them is admin while the desk has none."""
    newcomers: Literal["viewer", "none"] = "viewer"
    """What somebody is on the whole desk at the first sign-in, unless invited with a role."""
    require_verified_email: bool = True

    @property
    def names_somebody(self) -> bool:
        """Whether anybody at all may come in."""
        return bool(self.domains or self.emails or self.admins)

    def admits(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the person with these ID-token claims may come in.

        The address must be listed, or belong to a listed domain exactly (a sub-domain is
        another domain), and the provider must have verified it.
        """
        email = claims.get("email")
        if not isinstance(email, str) or email.count("@") != 1:
            return False
        if self.require_verified_email and claims.get("email_verified") is not True:
            return False
        email = email.lower()
        name, _, domain = email.partition("@")
        return email in self.emails | self.admins or (bool(name) and domain in self.domains)


class Billing(_Frozen):
    """How the billing system proves that a notice is its own, and who the history names."""

    secret: SecretStr
    actor: Annotated[str, Field(min_length=1, max_length=200)] = "Billing system"

    @model_validator(mode="after")
    def _refuse_weak(self) -> Self:
        secret = self.secret.get_secret_value()
        if secret == EXAMPLE_BILLING_SECRET:
            raise ValueError("secret is the example's: whoever read it stops campaigns")
        if len(secret.encode()) < SHORTEST_BILLING_SECRET:
            raise ValueError(f"secret is shorter than {SHORTEST_BILLING_SECRET} bytes")
        return self


class Settings(_Frozen):
    """What the desk was told by its environment and its secrets file."""

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default=f"sqlite:///{ROOT / 'data' / 'campaign-desk.sqlite'}",
        validation_alias="DATABASE_URL",
        repr=False,  # It may carry a password.
        description="Where the desk keeps its data: sqlite:///FILE or postgresql://…",
    )
    port: int = Field(
        default=8501, ge=1, le=65535, validation_alias="PORT", description="Port to serve on."
    )
    host: Annotated[str, AfterValidator(_host)] = Field(
        default="127.0.0.1",
        validation_alias="DESK_HOST",
        description="Address to bind to. Anything but loopback needs a sign-in.",
    )
    behind_tls: bool = Field(
        default=False,
        validation_alias="BEHIND_TLS",
        description="1 where a proxy serves the desk by https: cookies become Secure.",
    )
    actor: str = Field(
        default_factory=_os_user,
        min_length=1,
        max_length=200,
        validation_alias="DESK_ACTOR",
        description="Who is named in the history without a sign-in. Default: the OS user.",
    )
    demo: bool = Field(
        default=True,
        validation_alias="DESK_DEMO",
        description="Whether an empty database is filled with the invented demo label.",
    )
    tour: bool = Field(
        default=True,
        validation_alias="DESK_TOUR",
        description="Whether the demo label offers newcomers its tour.",
    )
    default_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC",
        validation_alias="DESK_ZONE",
        description="IANA time zone of ad accounts whose exports name none.",
    )
    max_upload_mb: int = Field(
        default=20,
        ge=1,
        le=200,
        validation_alias="DESK_MAX_UPLOAD_MB",
        description="Largest file that the import page takes, in megabytes.",
    )
    max_import_mb: int = Field(
        default=200,
        ge=1,
        le=2000,
        validation_alias="DESK_MAX_IMPORT_MB",
        description="Largest file that the import command takes, in megabytes.",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=24 * 30,
        validation_alias="DESK_SESSION_HOURS",
        description="Hours after which a sign-in has to be repeated.",
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = Field(
        default="INFO",
        validation_alias="DESK_LOG_LEVEL",
        description="How much is logged: DEBUG, INFO, WARNING or ERROR.",
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = Field(
        default="text",
        validation_alias="LOG_FORMAT",
        description="json writes every line of the log as one JSON object.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_METRICS_TOKEN,
        validation_alias="METRICS_TOKEN",
        description="Bearer token for /metrics; without one it answers this machine only.",
    )
    pg_bin: Path | None = Field(
        default=None,
        validation_alias="PG_BIN",
        description="Folder of pg_dump and pg_restore, where backups do not find them themselves.",
    )
    label_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        validation_alias="LABEL_NAME",
        description="The label's name as artists read it; else the organization's.",
    )
    label_colour: Annotated[str, AfterValidator(_colour)] = Field(
        default="#4b4ab5",
        validation_alias="LABEL_COLOUR",
        description="The label's colour on what artists are shown, as #rrggbb.",
    )
    label_logo: Annotated[Path, AfterValidator(_logo)] | None = Field(
        default=None,
        validation_alias="LABEL_LOGO",
        description="The label's logo on what artists are shown: a PNG, JPEG, WebP or SVG file.",
    )
    secrets_file: Path = Field(
        default=ROOT / ".streamlit" / "secrets.toml",
        validation_alias="SECRETS_FILE",
        description="The TOML file with [auth], [access] and [billing]; all of them are optional.",
    )
    auth: Auth | None = Field(default=None, repr=False)
    access: Access = Access()
    billing: Billing | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _refuse_open_doors(self) -> Self:
        if self.auth is None and not _is_loopback(self.host):
            raise ValueError(f"DESK_HOST={self.host} {_OPEN_DOOR}")
        if self.auth is not None and not self.access.names_somebody:
            raise ValueError(
                "[auth] is there but [access] names nobody: list domains or emails who may come in"
            )
        return self

    @property
    def is_sign_in_required(self) -> bool:
        """Whether people have to sign in with the OIDC provider."""
        return self.auth is not None

    @property
    def database_label(self) -> str:
        """The database in words that may be shown: never a user name or a password."""
        address = urlsplit(self.database_url)
        if address.scheme == "sqlite":
            return f"SQLite file {address.path.removeprefix('/')}"
        return f"PostgreSQL {address.path.lstrip('/')} on {address.hostname or 'this machine'}"

    @property
    def share_key(self) -> bytes:
        """What the links to an artist's presentation are signed with.

        It follows from the cookie's secret: a new one ends every link. A desk without a sign-in
        serves this machine only and has no secret; there the signature is a check sum, and what
        protects a link is its 192 random bits.
        """
        secret = self.auth.cookie_secret.get_secret_value() if self.auth else ""
        return hmac.digest(secret.encode(), b"campaign-desk share links", "sha256")

    def secrets(self) -> list[str]:
        """Return everything that must not be written anywhere, a log least of all."""
        password = urlsplit(self.database_url).password or ""
        hidden = [self.metrics_token]
        if self.auth is not None:
            hidden += [self.auth.cookie_secret, self.auth.client_secret]
        return [
            self.database_url,
            *(word for word in {password, unquote(password)} if word),
            *(secret.get_secret_value() for secret in hidden if secret is not None),
        ]


def environment_names() -> dict[str, str]:
    """Return the name of every environment variable with its description."""
    return {
        str(field.validation_alias): field.description or ""
        for field in Settings.model_fields.values()
        if field.validation_alias
    }


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `env` (default: this process) and of the secrets file it names.

    An empty variable counts as absent. Raises `SettingsRefused` with every reason.
    """
    known = environment_names()
    given = {
        name: value.strip()
        for name, value in (os.environ if env is None else env).items()
        if name in known and value.strip()
    }
    try:
        named = Path(given["SECRETS_FILE"]).expanduser() if "SECRETS_FILE" in given else None
        return Settings.model_validate(given | _read_secrets(named))
    except ValidationError as error:
        raise SettingsRefused(_reasons(error)) from None


def _read_secrets(named: Path | None) -> dict[str, Any]:
    """Return the sections of the secrets file and its path; a named one must exist."""
    path = (named or Settings.model_fields["secrets_file"].default).absolute()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise SettingsRefused(f"SECRETS_FILE: there is no file {path}") from None
        content = {}
    except (OSError, ValueError) as error:
        # The error's own text may quote the file, so only its kind is told.
        raise SettingsRefused(f"{path} cannot be read: {type(error).__name__}") from None
    sections = {name: part for name, part in content.items() if name in _SECTIONS}
    return {"SECRETS_FILE": path, **sections}


def _reasons(error: ValidationError) -> str:
    """Return one line for each refused setting, without the refused values."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(part) for part in fault["loc"])
        reason = fault["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {reason}" if place else reason)
    return "\n".join(lines)


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return load_settings()


def refuse_open_doors(settings: Settings, *, address: str | None) -> None:
    """Raise `SettingsRefused` where Streamlit serves another address than this machine's own.

    For whoever starts the server by Streamlit's own command: it has an option of its own, and
    none at all means every address.
    """
    if not settings.is_sign_in_required and not _is_loopback(_host(address or _EVERY_ADDRESS)):
        raise SettingsRefused(f"server.address {address or '(none)'} {_OPEN_DOOR}")


def streamlit_command(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """Return the command line that serves the desk, and the variables to add to its environment.

    It must be run in `ROOT`, where Streamlit finds `.streamlit/config.toml` and Python `lib`.
    """
    options = {
        "server.port": [str(settings.port)],
        "server.address": [settings.host],
        "server.maxUploadSize": [str(settings.max_upload_mb)],
        "server.allowedHosts": _allowed_hosts(settings),
        # Streamlit would otherwise also read the home directory's: an [auth] that the desk
        # has not checked.
        "secrets.files": [str(settings.secrets_file)],
        "logger.level": [settings.log_level.lower()],
        # Its greeting is printed, not logged.
        "logger.hideWelcomeMessage": ["true"],
    }
    flags = [f"--{name}={value}" for name, values in options.items() for value in values]
    server = ROOT / "lib" / "ui" / "serving" / "server.py"
    command = [sys.executable, "-m", "streamlit", "run", str(server), *flags]
    return command, {"WEBSOCKETS_MAX_LINE_LENGTH": _HANDSHAKE_LINE}


def _allowed_hosts(settings: Settings) -> list[str]:
    """Return the host names a browser may use: another one could be a page that rebinds DNS."""
    public = [settings.auth.public_host] if settings.auth else []
    return sorted({*_LOOPBACK_NAMES, *public})
