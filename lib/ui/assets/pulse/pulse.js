// Watches the one number that every change raises, and shows a change within a few seconds.
//
// Where nothing is under a person's hands the page is drawn anew by itself; else a slim line
// offers it. While the database cannot be reached the line says so, and the page comes back by
// itself. A hidden tab asks nothing. `data` is made by `lib/ui/live.py`.

const PERIOD = 3000;
const STILL = 3000; // Nobody who has moved within so many milliseconds is disturbed.
const FRESH = 2000; // So old may be what the server answers, and a little more.
const PATIENCE = 10000; // Before a page that has not drawn a change is asked for it again.
const CHANGED = "There are changes.";
const AWAY = "The database cannot be reached; reconnecting…";
const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select";
const PRESSES = ["pointerdown", "pointerup", "keydown"];
const ANSWER = 500; // So long after a click or a key it may be on its way to the server.
const OPEN = [
  "[role=dialog]",
  "[role=alertdialog]",
  "[role=listbox]",
  "[data-testid=stPopoverBody]",
  ".desk-table :popover-open",
  ".desk-table tbody .pick input:checked",
].join(", ");

let pulse = null;

export default function draw({ parentElement, data, setTriggerValue }) {
  if (!pulse || pulse.parent !== parentElement) {
    pulse?.end();
    pulse = begin(parentElement);
  }
  const mine = pulse;
  if (mine.drawn !== data.version) mine.drawnAt = performance.now();
  mine.drawn = data.version;
  mine.tell = (number) => setTriggerValue("changed", number);
  // A page that says that the database is away is drawn anew as soon as it is back.
  mine.isOutage = data.version === null;
  mine.voices(data.said);
  mine.again = data.again > 0;
  mine.comes(data.again > 0);
  if (data.again) askAgain(mine);
  if (!mine.isOutage && mine.seen === mine.drawn) mine.say("");
  return () => {
    // Streamlit also cleans up before it draws the same place again.
    setTimeout(() => {
      if (!parentElement.isConnected) mine.end();
    });
  };
}

// What the first run left out is asked for once this one has been painted, the browser has nothing
// else to do, all scripts that draw it have come, and nothing is open or being answered. What a
// click brings comes with all of it: then nothing is asked for, and a dialog that it opens stays.
function askAgain(mine, since = performance.now()) {
  const idle = window.requestIdleCallback ?? setTimeout;
  const look = () => {
    if (!mine.again) return;
    const isLate = performance.now() - since > PATIENCE;
    const isAnswered = performance.now() - mine.pressedAt > ANSWER && !isRunning();
    const isWaiting = !isAnswered || document.querySelector(`[data-testid=stSkeleton], ${OPEN}`);
    if (isWaiting && !isLate) {
      setTimeout(() => askAgain(mine, since), 50);
    } else {
      mine.again = false;
      mine.tell(mine.drawn);
    }
  };
  afterPaint(() => idle(look, { timeout: PATIENCE }));
}

// What stands now is in the next frame; when the third begins, that one has been shown. Between
// them a browser may well be idle.
function afterPaint(then, frames = 3) {
  if (document.hidden || !frames) then();
  else requestAnimationFrame(() => afterPaint(then, frames - 1));
}

function isRunning() {
  const app = document.querySelector("[data-testid=stApp]");
  return Boolean(app) && app.dataset.testScriptState !== "notRunning";
}

function begin(parent) {
  const line = document.createElement("div");
  line.className = "desk-pulse";
  line.setAttribute("role", "status");
  const words = line.appendChild(document.createElement("span"));
  const button = line.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = "Show them";
  line.hidden = true;
  parent.append(line);

  let movedAt = performance.now();
  let askedAt = -Infinity;
  let isAsking = false;
  let isOver = false;
  let timer = 0;
  const moved = () => {
    movedAt = performance.now();
  };
  const pressed = () => {
    own.pressedAt = performance.now();
  };
  for (const press of PRESSES) addEventListener(press, pressed, { passive: true, capture: true });
  const motions = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];
  for (const motion of motions) addEventListener(motion, moved, { passive: true, capture: true });

  // What came of a click stands far from where it was made: whoever hears the page is told it.
  const voice = document.createElement("div");
  voice.className = "desk-voice";
  voice.setAttribute("role", "status");
  line.after(voice);

  const own = {
    parent,
    drawn: null,
    drawnAt: 0,
    seen: null,
    again: false,
    pressedAt: -Infinity,
    isOutage: false,
    tell() {},
    comes,
    say,
    voices,
    end,
  };

  function voices(what) {
    if (voice.textContent !== what) voice.textContent = what;
  }

  function comes(isAwaited) {
    line.setAttribute("aria-busy", String(isAwaited));
  }

  function say(what) {
    if (words.textContent !== what) words.textContent = what;
    button.hidden = what !== CHANGED;
    line.hidden = !what;
  }

  function show() {
    askedAt = performance.now();
    own.tell(own.seen);
  }

  function look() {
    if (own.isOutage) {
      if (performance.now() - askedAt > PATIENCE) show();
    } else if (own.seen === own.drawn || isBehind()) {
      say("");
    } else if (performance.now() - askedAt < PATIENCE) {
      // It has been asked for and will come.
    } else if (isQuiet(line, performance.now() - movedAt)) {
      show();
    } else {
      say(CHANGED);
    }
  }

  // The server answers with what it knew a second ago: a page that was drawn since knows better.
  function isBehind() {
    return own.seen < own.drawn && performance.now() - own.drawnAt < FRESH;
  }

  async function ask() {
    if (isAsking || isOver || document.hidden) return;
    isAsking = true;
    clearTimeout(timer);
    try {
      // Relative to the page, whose address is one level deep.
      const answer = await fetch("api/version", { cache: "no-store" });
      if (answer.status === 503) say(AWAY);
      if (answer.ok) {
        own.seen = (await answer.json()).version;
        look();
      }
    } catch {
      // The server itself is away; Streamlit says so.
    } finally {
      isAsking = false;
      if (!isOver) timer = setTimeout(ask, PERIOD * (0.9 + 0.2 * Math.random()));
    }
  }

  function end() {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
    for (const motion of motions) removeEventListener(motion, moved, { capture: true });
    for (const press of PRESSES) removeEventListener(press, pressed, { capture: true });
    line.remove();
    voice.remove();
    if (pulse === own) pulse = null;
  }

  button.addEventListener("click", show);
  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, PERIOD);
  return own;
}

// Nothing is open, picked, selected or being typed, no script runs, nobody moves.
function isQuiet(line, still) {
  if (isRunning()) return false;
  if (still < STILL || document.querySelector(OPEN)) return false;
  if (getSelection()?.toString()) return false;
  const focused = document.activeElement;
  if (!focused || focused === document.body || line.contains(focused)) return true;
  // A list that was chosen from keeps the focus and is closed.
  const isClosedList =
    focused.getAttribute("role") === "combobox" && focused.getAttribute("aria-expanded") !== "true";
  return isClosedList || !(focused.matches(TYPED_IN) || focused.isContentEditable);
}
