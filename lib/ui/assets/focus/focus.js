// Puts the cursor into the first field of the dialog that it stands in, once when it opens.

const MOMENTS = [0, 50, 150, 400]; // Milliseconds: the dialog takes the focus itself, when it likes.

export default function draw({ parentElement }) {
  if (parentElement.dataset.isDone) return;
  parentElement.dataset.isDone = "true";
  const take = () => {
    const dialog = parentElement.closest("[role=dialog]");
    const now = document.activeElement;
    if (!now || now === document.body || now === dialog) dialog?.querySelector("input")?.focus();
  };
  for (const moment of MOMENTS) setTimeout(take, moment);
}
