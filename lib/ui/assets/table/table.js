// The desk's table: campaigns, artists, entries as HTML, with links, chips, lines and menus.
//
// Streamlit calls the default export with the data of every run and draws nothing itself. What
// comes from outside is only ever set as text, never as markup. `data` is made by
// `lib/ui/table.py`, which also says what each kind of cell holds.

const SVG = "http://www.w3.org/2000/svg";
const LINE = { width: 72, height: 28 };
const states = new WeakMap();

export default function table({ parentElement, data, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { picked: new Map(), rows: new Map(), root: element("div", "desk-table") };
    state.tools = tools(state);
    state.body = element("div");
    state.root.append(state.tools.root, state.body);
    states.set(parentElement, state);
    parentElement.append(state.root);
  }
  state.tell = (event, value) => setTriggerValue(event, value);
  draw(state, data);
}

// What says the same as before stays what it is: after a click only its rows are drawn anew.
function draw(state, data) {
  const focused = state.root.contains(document.activeElement) && document.activeElement.dataset.focus;
  state.data = data;
  keepPicked(state);
  updateTools(state);
  const around = JSON.stringify([data.label, data.caption, data.columns, data.bulk]);
  if (around !== state.around) {
    state.around = around;
    makeFrame(state);
  }
  arrange(state.grid, [...state.top, ...bodies(state)]);
  const table = data.lines.length ? state.frame : element("p", "nothing", data.nothing);
  arrange(state.body, [...(data.bulk.length ? [state.bar] : []), table, state.menu]);
  if (state.opener && !state.opener.isConnected) state.menu.hidePopover();
  if (data.bulk.length) drawBar(state);
  if (focused && !state.root.contains(document.activeElement)) {
    state.root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

// What stands around the rows; no row outlives it, since its cells follow the columns.
function makeFrame(state) {
  const { data } = state;
  state.rows.clear();
  state.grid = element("table");
  state.grid.setAttribute("aria-label", data.label);
  state.top = [...(data.caption ? [element("caption", "", data.caption)] : []), head(state)];
  state.scroll = element("div", "scroll");
  state.scroll.append(state.grid);
  state.scroll.tabIndex = 0;
  state.scroll.setAttribute("role", "region");
  state.scroll.setAttribute("aria-label", data.label);
  state.frame = element("div", "frame");
  state.frame.append(state.scroll);
  showEnd(state);
  state.bar = element("div", "picks");
  state.menu = popup();
  state.opener = null;
}

// Where columns go on beyond the right edge, a shadow says so.
function showEnd({ frame, scroll, grid }) {
  const look = () =>
    frame.classList.toggle("open", scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 1);
  scroll.addEventListener("scroll", look, { passive: true });
  const sizes = new ResizeObserver(look);
  for (const one of [scroll, grid]) sizes.observe(one);
}

// Make `wanted` the children of `parent`, and touch only those that come, go or move.
function arrange(parent, wanted) {
  const staying = new Set(wanted);
  for (const one of [...parent.children]) if (!staying.has(one)) one.remove();
  let next = parent.firstElementChild;
  for (const one of wanted) {
    if (one === next) next = next.nextElementSibling;
    else parent.insertBefore(one, next);
  }
}

// The search field and the groups above the table.
function tools(state) {
  const root = element("div", "tools");
  const search = element("label", "search");
  const field = element("input");
  field.type = "search";
  field.autocomplete = "off";
  field.spellcheck = false;
  search.append(icon("search"), field);
  const tell = () => {
    clearTimeout(state.typing);
    if (field.value !== state.searched) state.tell("searched", { text: field.value });
    state.searched = field.value;
  };
  field.addEventListener("input", () => {
    clearTimeout(state.typing);
    state.typing = setTimeout(tell, 350);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") tell();
  });
  field.addEventListener("change", tell);
  const groups = element("div", "groups");
  groups.setAttribute("role", "group");
  groups.setAttribute("aria-label", "Groups");
  root.append(search, groups);
  return { root, search, field, groups };
}

function updateTools(state) {
  const { root, search, field, groups } = state.tools;
  const { data } = state;
  root.hidden = !data.search && !data.groups.length;
  search.hidden = !data.search;
  if (data.search) {
    field.setAttribute("aria-label", data.search.label);
    field.placeholder = data.search.label;
    if (document.activeElement !== field) field.value = state.searched = data.search.text;
  }
  const focused = groups.contains(document.activeElement) && document.activeElement.dataset.focus;
  groups.replaceChildren(
    ...data.groups.map(([name, words, sign, isChosen, help]) => {
      const one = element("button", isChosen ? "pill chosen" : "pill");
      one.type = "button";
      one.setAttribute("aria-pressed", String(isChosen));
      one.dataset.focus = `group ${name}`;
      one.append(icon(sign), words);
      if (help) one.title = help;
      one.addEventListener("click", () => state.tell("grouped", { group: name }));
      return one;
    }),
  );
  if (focused) groups.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

// Only what is still drawn, in the version that was picked, stays picked.
function keepPicked(state) {
  const drawn = new Set(state.data.lines.filter((line) => line.id).map((line) => key(line.id)));
  for (const known of state.picked.keys()) if (!drawn.has(known)) state.picked.delete(known);
}

function head(state) {
  const section = element("thead");
  const row = section.insertRow();
  if (state.data.bulk.length) {
    const cell = row.appendChild(element("th", "pick"));
    const all = cell.appendChild(checkbox("Select all on this page"));
    all.addEventListener("change", () => {
      // Each click says anew of this box whether all are picked.
      const wanted = all.checked;
      for (const one of state.root.querySelectorAll("tbody .pick input")) {
        if (one.checked !== wanted) one.click();
      }
    });
    state.all = all;
  }
  for (const column of state.data.columns) {
    const cell = row.appendChild(headed("th", column));
    cell.scope = "col";
    cell.append(column.order ? orderButton(state, column) : column.title);
    if (column.order?.[2]) cell.setAttribute("aria-sort", column.order[1]);
    if (!column.title) cell.setAttribute("aria-label", column.label || "Actions");
    if (column.help) cell.title = column.help;
    if (column.width) cell.style.minWidth = column.width;
  }
  return section;
}

function orderButton(state, column) {
  const [order, way, isChosen] = column.order;
  const one = element("button", "order", column.title);
  one.type = "button";
  one.title = `Order: ${order}${column.help ? `\n${column.help}` : ""}`;
  one.dataset.focus = `order ${column.name}`;
  const arrow = way === "ascending" ? "arrow_upward" : "arrow_downward";
  one.dataset.sign = isChosen ? arrow : "swap_vert";
  one.addEventListener("click", () => state.tell("ordered", { column: column.name }));
  return one;
}

// Return the groups of rows, of nodes that were there before where a line has not changed.
function bodies(state) {
  const before = state.rows;
  state.rows = new Map();
  const kept = (words, make) => {
    let said = words;
    while (state.rows.has(said)) said += "+"; // Two lines may say the same.
    const node = before.get(said) ?? make();
    state.rows.set(said, node);
    return node;
  };
  const groups = [];
  for (const line of state.data.lines) {
    if (line.head || !groups.length) {
      groups.push([kept(`group ${line.head ?? ""}`, () => element("tbody"))]);
    }
    const make = line.head ? groupHead : row;
    groups.at(-1).push(kept(JSON.stringify(line), () => make(state, line)));
  }
  for (const [body, ...rows] of groups) arrange(body, rows);
  return groups.map(([body]) => body);
}

function groupHead(state, line) {
  const row = element("tr", "group");
  const cell = row.appendChild(element("th"));
  cell.colSpan = state.data.columns.length + (state.data.bulk.length ? 1 : 0);
  cell.scope = "rowgroup";
  const words = cell.appendChild(element("span", `head ${line.colour}`));
  if (line.icon) words.append(icon(line.icon));
  words.append(line.head);
  cell.append(element("span", "number", line.number));
  return row;
}

function row(state, line) {
  const row = element("tr");
  const name = String(line.name);
  if (state.data.bulk.length) {
    const cell = row.appendChild(element("td", "pick"));
    const box = cell.appendChild(checkbox(`Select ${name}`));
    box.checked = state.picked.has(key(line.id));
    box.dataset.focus = `${key(line.id)} pick`;
    row.classList.toggle("picked", box.checked);
    box.addEventListener("change", () => {
      if (box.checked) state.picked.set(key(line.id), line.id);
      else state.picked.delete(key(line.id));
      row.classList.toggle("picked", box.checked);
      state.everything = false;
      drawBar(state);
    });
  }
  state.data.columns.forEach((column, at) => {
    const cell = row.appendChild(headed("td", column));
    const value = line.cells[at];
    if (column.title) cell.dataset.title = column.title;
    if (value === null || value === undefined || value === "") {
      if (column.kind !== "menu") cell.append("—");
      cell.classList.add("empty");
    } else {
      CELLS[column.kind](cell, value, { state, line, column, name });
    }
  });
  return row;
}

// As few elements as can be: the browser styles each of them anew when a dialog opens or goes.
const CELLS = {
  // [name, what stands below it, where it leads]
  link(cell, [name, below, href], { state, line, column }) {
    const link = cell.appendChild(element("a", "name", name));
    link.href = href;
    link.dataset.focus = `${key(line.id)} ${column.name}`;
    link.addEventListener("click", (event) => {
      // With a key held, or the wheel, the browser opens the link in a tab of its own.
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      state.tell("pressed", { id: line.id, column: column.name });
    });
    if (below) cell.append(element("span", "below", below));
  },
  // [[words, colour, icon, what it means], …]
  chips(cell, chips, { state, line, column, name }) {
    const inside = column.press ? cell.appendChild(element("button", "chips")) : cell;
    if (column.press) {
      inside.type = "button";
      inside.dataset.focus = `${key(line.id)} ${column.name}`;
      inside.setAttribute("aria-label", `${name}: ${chips.map(([words]) => words).join(", ")}`);
      inside.addEventListener("click", () =>
        state.tell("pressed", { id: line.id, column: column.name }),
      );
    }
    for (const [words, colour, sign, help] of chips) {
      const chip = inside.appendChild(element("span", `chip ${colour}`));
      if (sign) chip.append(icon(sign));
      chip.append(words);
      if (help) chip.title = help;
    }
  },
  text(cell, words) {
    const [first, second] = Array.isArray(words) ? words : [words];
    cell.append(first);
    if (second) cell.append(element("span", "below", second));
  },
  // [[label, words], …], a line each
  pair(cell, lines) {
    for (const [label, words] of lines) {
      const line = cell.appendChild(element("span", "window"));
      line.append(element("span", "label", label), words);
    }
  },
  // { values: [number or null, …], words }
  line(cell, { values, words }) {
    cell.append(sparkline(values, words));
  },
  // [share of plan, words, colour]
  bar(cell, [ratio, words, below]) {
    cell.append(words);
    const meter = cell.appendChild(element("span", "meter"));
    meter.setAttribute("aria-hidden", "true");
    meter.style.setProperty("--full", `${Math.min(Math.max(ratio, 0), 2) * 50}%`);
    cell.append(element("span", "below", below));
  },
  // [[entry, words, icon, whether it can be done now], …]
  menu(cell, entries, { state, line, name }) {
    const button = cell.appendChild(element("button", "more"));
    button.type = "button";
    button.append(icon("more_vert"));
    button.setAttribute("aria-label", `Actions for ${name}`);
    button.setAttribute("aria-haspopup", "menu");
    button.dataset.focus = `${key(line.id)} menu`;
    button.addEventListener("click", () => openMenu(state, button, line, entries));
  },
};

// Days that nobody reported stay gaps.
function sparkline(values, words) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${LINE.width} ${LINE.height}`);
  svg.setAttribute("width", LINE.width);
  svg.setAttribute("height", LINE.height);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  const most = Math.max(...values.map((value) => value ?? 0)) || 1;
  const x = (at) => 1 + (at / Math.max(values.length - 1, 1)) * (LINE.width - 2);
  const y = (value) => LINE.height - 2 - (value / most) * (LINE.height - 4);
  let area = "", stroke = "", start = null;
  values.forEach((value, at) => {
    if (value === null) return;
    const point = `${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    if (start === null) {
      start = at;
      stroke += `M${point}`;
      area += `M${x(at).toFixed(1)},${LINE.height}L${point}`;
    } else {
      stroke += `L${point}`;
      area += `L${point}`;
    }
    if (at === values.length - 1 || values[at + 1] === null) {
      if (start === at) stroke += "h0.1";
      area += `L${x(at).toFixed(1)},${LINE.height}Z`;
      start = null;
    }
  });
  for (const [name, path] of [["area", area], ["stroke", stroke]]) {
    const drawn = svg.appendChild(document.createElementNS(SVG, "path"));
    drawn.setAttribute("class", name);
    drawn.setAttribute("d", path);
  }
  return svg;
}

// One menu serves all rows: it is filled when it opens.
function popup() {
  const menu = element("div", "menu");
  menu.popover = "auto";
  menu.setAttribute("role", "menu");
  menu.addEventListener("keydown", (event) => {
    const entries = [...menu.querySelectorAll("button")];
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    entries[(to + entries.length) % entries.length].focus();
  });
  return menu;
}

function openMenu(state, button, line, entries) {
  const { menu } = state;
  state.opener = button;
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  menu.replaceChildren(
    ...entries.map(([entry, words, sign, isPossible]) => {
      const one = element("button", isPossible ? "entry" : "entry off");
      one.type = "button";
      one.setAttribute("role", "menuitem");
      one.append(icon(sign), words);
      one.addEventListener("click", () => {
        menu.hidePopover();
        button.focus();
        state.tell("pressed", { id: line.id, column: "menu", entry });
      });
      return one;
    }),
  );
  menu.showPopover();
  const from = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const room = 8;
  const below = from.bottom + size.height + room < window.innerHeight;
  menu.style.top = `${Math.max(room, below ? from.bottom + 2 : from.top - size.height - 2)}px`;
  menu.style.left = `${Math.max(room, Math.min(from.left, window.innerWidth - room - size.width))}px`;
  menu.querySelector("button").focus();
}

// What is picked, and what may be done with all of it at once.
function drawBar(state) {
  const { bar, picked, data } = state;
  const boxes = state.data.lines.filter((line) => line.id).length;
  if (state.all) {
    state.all.checked = picked.size > 0 && picked.size === boxes;
    state.all.indeterminate = picked.size > 0 && picked.size < boxes;
  }
  bar.hidden = !picked.size;
  if (bar.hidden) return bar.replaceChildren();
  const send = (entry, all) =>
    state.tell("picked", { entry, ids: all ? [] : [...picked.values()], all });
  const words = element("span", "count", `${picked.size} selected`);
  words.setAttribute("role", "status");
  const everything = state.everything && data.matching > boxes;
  if (everything) words.textContent = `All ${data.matching} that match are selected`;
  const actions = data.bulk.map(([entry, label, sign]) => {
    const button = element("button", "act");
    button.type = "button";
    button.append(icon(sign), label);
    button.addEventListener("click", () => send(entry, Boolean(everything)));
    return button;
  });
  const rest = [];
  if (data.matching > boxes && picked.size === boxes && !everything) {
    const all = element("button", "plain", `Select all ${data.matching} that match`);
    all.type = "button";
    all.addEventListener("click", () => {
      state.everything = true;
      drawBar(state);
    });
    rest.push(all);
  }
  const none = element("button", "plain", "Clear");
  none.type = "button";
  none.addEventListener("click", () => {
    state.everything = false;
    for (const one of state.root.querySelectorAll("tbody .pick input:checked")) one.click();
  });
  bar.replaceChildren(words, ...actions, ...rest, none);
}

function key(id) {
  return id.join(":");
}

function headed(name, column) {
  const cell = element(name, column.end ? "end" : "");
  cell.dataset.kind = column.kind;
  return cell;
}

function checkbox(label) {
  const box = element("input");
  box.type = "checkbox";
  box.setAttribute("aria-label", label);
  return box;
}

function icon(name) {
  const sign = element("span", "icon", name);
  sign.setAttribute("aria-hidden", "true");
  return sign;
}

function element(name, classes, words) {
  const made = document.createElement(name);
  if (classes) made.className = classes.trim();
  if (words !== undefined && words !== null) made.textContent = words;
  return made;
}

// "/" goes to the search of the table on the page, wherever nobody types.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const typed = "input, textarea, [contenteditable=true], [role=dialog]";
  if (event.target instanceof Element && event.target.closest(typed)) return;
  const field = document.querySelector(".desk-table .search:not([hidden]) input");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
