"""The form in which a person says once what the columns of an unknown table mean."""

import streamlit as st
from pydantic import ValidationError

from lib.domain.metrics import usual_kind, usual_type
from lib.domain.records import Platform
from lib.platforms import ColumnField, ColumnMapping, MappingNeeded
from lib.ui import notices
from lib.ui.escape import esc
from lib.ui.importing import steps

_FIELDS: dict[ColumnField, str] = {
    "campaign": "Campaign name",
    "spend": "Spend",
    "day": "Day",
    "impressions": "Impressions",
    "clicks": "Clicks",
    "campaign_id": "Campaign id",
    "currency": "Currency",
    "status": "Status",
    "type": "Campaign type",
}
_ORDERS = {"ymd": "2026-11-24", "dmy": "24/11/2026", "mdy": "11/24/2026"}
_RESULTS = "results"


def mapping_form(needed: MappingNeeded, *, platform: Platform | None) -> None:
    """Draw the form; what is said is remembered for every file with this header."""
    header = list(needed.header)
    with st.form("mapping", border=True):
        st.selectbox(
            "Platform",
            list(Platform),
            index=list(Platform).index(platform or Platform.SPOTIFY),
            key="map-platform",
            format_func=lambda one: one.label,
        )
        with st.grid(3, min_column_width=200):
            for name, label in (*_FIELDS.items(), (_RESULTS, "Results")):
                suggested = needed.suggestions.get(name)
                st.selectbox(
                    label,
                    header,
                    index=header.index(suggested) if suggested in header else None,
                    key=f"map-{name}",
                    placeholder="Not in the file",
                )
            st.text_input(
                "Currency, if no column has it", key="map-one-currency", placeholder="EUR"
            )
            st.selectbox(
                "Dates look like",
                list(_ORDERS),
                index=None,
                key="map-order",
                format_func=lambda one: _ORDERS[one],
                placeholder="Decide from the file",
            )
            st.selectbox(
                "Decimal mark",
                [".", ","],
                index=None,
                key="map-decimal",
                placeholder="Decide from the file",
            )
        st.form_submit_button(
            "Remember these columns",
            type="primary",
            on_click=_remember,
            args=(needed.fingerprint,),
        )


def _remember(fingerprint: str) -> None:
    said = st.session_state
    platform = said["map-platform"]
    columns = {name: said[f"map-{name}"] for name in _FIELDS if said.get(f"map-{name}")}
    kinds = {}
    if said.get(f"map-{_RESULTS}"):
        kinds = {usual_kind(usual_type(platform), platform): said[f"map-{_RESULTS}"]}
    try:
        mapping = ColumnMapping(
            platform=platform,
            currency=(said.get("map-one-currency") or "").strip().upper() or None,
            date_order=said["map-order"],
            decimal_mark=said["map-decimal"],
            columns=columns,
            result_kinds=kinds,
        )
    except ValidationError as error:
        reasons = "; ".join(
            f"{fault['loc'][-1] if fault['loc'] else 'columns'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        notices.tell_refused(f"The columns cannot be used so: {esc(reasons)}")
        return
    steps.remember(fingerprint, mapping)
