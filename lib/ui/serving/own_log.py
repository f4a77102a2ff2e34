"""One log for the whole process: what Streamlit and its server say goes through the desk's."""

import logging

from streamlit import logger as streamlit_logger

# Streamlit turns it off; it would write the addresses of people's files.
_ACCESS = "uvicorn.access"


def take_over() -> None:
    """Let Streamlit's loggers, those there are and those to come, write through the root's.

    Each of them has a handler of its own (streamlit/logger.py, 1.67), whose format knows neither
    JSON nor what must not be written.
    """
    streamlit_logger.setup_formatter = _hand_up
    uvicorn = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", _ACCESS)]
    for one in (*streamlit_logger._loggers.values(), *uvicorn):  # noqa: SLF001
        _hand_up(one)


class _HandedUp(logging.NullHandler):
    """Stands where Streamlit would put a handler of its own."""


def _hand_up(logger: logging.Logger) -> None:
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    logger.propagate = logger.name != _ACCESS
    # Streamlit removes the handler that it finds under this name before it sets another.
    logger.streamlit_console_handler = _HandedUp()  # type: ignore[attr-defined]
