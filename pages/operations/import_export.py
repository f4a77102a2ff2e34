"""Import an export of an ad platform: the file, the preview, the agreement; and exports."""

import streamlit as st

from lib.ui import current_artist, downloads, import_view, importing
from lib.ui.ending import end_page
from lib.ui.escape import esc
from lib.ui.mapping_form import mapping_form

st.title("Import", anchor=False)
st.caption(
    "Exports of Meta Ads Manager and Google Ads are recognised by their content; any other "
    "table, Spotify's included, after you have said once what its columns mean. Nothing is "
    "written before you have seen what would change."
)

job = importing.job()
if job is not None and not job.done.is_set():
    import_view.running()
    end_page()
if job is not None:
    import_view.finished(job)
    end_page()

upload, artist, platform, observed_on = import_view.ask_file()
if upload is not None and artist:
    try:
        file = importing.read(upload.getvalue(), file_id=upload.file_id, platform=platform)
        import_view.recognised(file)
        seen = importing.preview(
            file,
            file_name=upload.name,
            artist=artist,
            observed_on=observed_on,
            with_renames=import_view.with_renames(),
        )
        st.subheader("What would change", anchor=False)
        import_view.preview(seen)
        import_view.ask_renames(seen)
        import_view.agree(file, seen, observed_on=observed_on)
    except importing.MappingNeeded as needed:
        import_view.samples(needed)
        mapping_form(needed, platform=platform)
    except importing.ExportRefused as refused:
        import_view.refusal(refused)
    except importing.ImportRefused as refused:
        st.error(esc(refused), title="This cannot be imported", icon=":material/block:")
elif upload is not None:
    st.info("Say which artist the file belongs to.", icon=":material/artist:")

current = current_artist.current()
if current is not None:
    st.subheader("Export", anchor=False)
    st.caption(f"What the desk holds of **{esc(current.name)}**, as CSV.")
    downloads.figures_buttons(current.name)
