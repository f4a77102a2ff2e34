// Presses a button of the page by one letter, while nobody types and nothing is open.
//
// For buttons whose name would change with Streamlit's own `shortcut`, which writes the key into
// it. `data.keys` names the button's key in Python by letter; the button tells its letter to
// screen readers.

const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select";
const OPEN =
  "[role=dialog], [role=alertdialog], [role=listbox], [role=menu], [data-testid=stPopoverBody]";

const listening = new WeakMap();

export default function draw({ parentElement, data }) {
  listening.get(parentElement)?.abort();
  const end = new AbortController();
  listening.set(parentElement, end);
  const button = (letter) => document.querySelector(`.st-key-${data.keys[letter]} button`);
  for (const letter of Object.keys(data.keys)) {
    button(letter)?.setAttribute("aria-keyshortcuts", letter.toUpperCase());
  }
  const press = (event) => {
    const letter = event.key.toLowerCase();
    if (!(letter in data.keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = document.activeElement;
    const types = focused?.matches(TYPED_IN) || focused?.isContentEditable;
    if (event.repeat || types || document.querySelector(OPEN)) return;
    event.preventDefault();
    button(letter)?.click();
  };
  document.addEventListener("keydown", press, { signal: end.signal });
  return () => end.abort();
}
