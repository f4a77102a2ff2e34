// Lets the dialog that it stands in be used by keys alone: the cursor goes into its first field
// when it opens, Enter there opens the first link, the arrows go from link to link.
//
// It stands below the links. `data.text` is what they were found by, and `data.number` how many
// there are: Enter waits for those of what has been typed, and what was found before may still be
// drawn below them.

const MOMENTS = [0, 50, 150, 400]; // Milliseconds: the dialog takes the focus itself, when it likes.
const states = new WeakMap();

export default function draw({ parentElement, data }) {
  const state = states.get(parentElement) ?? begin(parentElement);
  state.found = data.text;
  state.number = data.number;
  if (state.isAsked) requestAnimationFrame(() => requestAnimationFrame(() => open(state)));
  const end = new AbortController();
  const heard = (event) => press(state, event);
  state.dialog?.addEventListener("keydown", heard, { signal: end.signal });
  return () => end.abort();
}

function begin(parentElement) {
  const state = { dialog: parentElement.closest("[role=dialog]") };
  states.set(parentElement, state);
  const take = () => {
    const now = document.activeElement;
    if (!now || now === document.body || now === state.dialog) field(state)?.focus();
  };
  for (const moment of MOMENTS) setTimeout(take, moment);
  return state;
}

const field = (state) => state.dialog?.querySelector("input");
const LINKS = "a[href], [class*='st-key-go-to-artist'] button";
const links = (state) => [...state.dialog.querySelectorAll(LINKS)];

function press(state, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isTyping = event.target === field(state);
  const at = links(state).indexOf(event.target);
  if (event.key === "Enter" && isTyping) {
    state.isAsked = true;
    open(state);
  } else if (event.key === "ArrowDown" && (isTyping || at >= 0)) {
    event.preventDefault();
    links(state)[at + 1]?.focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (links(state)[at - 1] ?? field(state)).focus();
  } else if (isTyping) {
    state.isAsked = false;
  }
}

// What has been found may be drawn a little later than it is told of.
function open(state, patience = 30) {
  if (!state.isAsked || field(state)?.value.trim() !== state.found) return;
  const [first] = state.number ? links(state) : [];
  if (first) {
    state.isAsked = false;
    first.click();
  } else if (patience) {
    requestAnimationFrame(() => open(state, patience - 1));
  }
}
