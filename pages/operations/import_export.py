"""Import an export of an ad platform: the file, the preview, the agreement; and exports."""

import streamlit as st

from lib.ui import current_artist, downloads
from lib.ui.ending import end_page
from lib.ui.escape import esc
from lib.ui.importing import steps, view
from lib.ui.importing.mapping_form import mapping_form

st.title("Import", anchor=False)
st.caption(
    "Exports of Meta Ads Manager and Google Ads are recognised by their content; any other "
    "table, Spotify's included, after you have said once what its columns mean. Nothing is "
    "written before you have seen what would change."
)

job = steps.job()
if job is not None and not job.done.is_set():
    view.running()
    end_page()
if job is not None:
    view.finished(job)
    end_page()

upload, artist, platform, observed_on = view.ask_file()
if upload is not None and artist:
    try:
        file = steps.read(upload.getvalue(), file_id=upload.file_id, platform=platform)
        view.recognised(file)
        seen = steps.preview(
            file,
            file_name=upload.name,
            artist=artist,
            observed_on=observed_on,
            with_renames=view.with_renames(),
        )
        st.subheader("What would change", anchor=False)
        view.preview(seen)
        view.ask_renames(seen)
        view.agree(file, seen, observed_on=observed_on)
    except steps.MappingNeeded as needed:
        view.samples(needed)
        mapping_form(needed, platform=platform)
    except steps.ExportRefused as refused:
        view.refusal(refused)
    except steps.ImportRefused as refused:
        st.error(esc(refused), title="This cannot be imported", icon=":material/block:")
elif upload is not None:
    st.info("Say which artist the file belongs to.", icon=":material/artist:")

current = current_artist.current()
if current is not None:
    st.subheader("Export", anchor=False)
    st.caption(f"What the desk holds of **{esc(current.name)}**, as CSV.")
    downloads.figures_buttons(current.name)
