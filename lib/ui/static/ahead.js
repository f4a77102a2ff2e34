// Tells Streamlit's page at once where its server is, and asks for what it shows before it can.
//
// The server runs the page while the browser still reads Streamlit's scripts: the websocket that
// they open then is the one that was opened here, with everything that has come over it since.
// What is said over it is in words of the desk's own; `lib/ui/serving/ahead.py` says it to Streamlit.
// Read by Streamlit 1.67: frontend/utils/src/config, connection/src/WebsocketConnection.
(() => {
  const root = new URL("./", location.href);
  const told = { BACKEND_BASE_URL: root.href };
  window.__streamlit = told;
  // Whoever is signed in is known over the websocket by the cookie that Streamlit's first answers
  // set; until it is there, the page asks first, as Streamlit's own does.
  const known = document.cookie.match(/\b_streamlit_xsrf=([^;]*)\b/);
  if (!known) return;
  told.HOST_CONFIG = {
    allowedOrigins: [location.origin],
    useExternalAuthToken: false,
    enableCustomParentMessages: false,
  };

  const Socket = window.WebSocket;
  const address = `${root.href.replace(/^http/, "ws")}_stcore/stream`;
  const early = new Socket(address, ["streamlit", known[1]]);
  early.binaryType = "arraybuffer";
  const wanted = {
    query: location.search.slice(1),
    page: location.pathname.slice(root.pathname.length),
    url: location.origin + location.pathname,
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    timezone_offset: new Date().getTimezoneOffset(),
    is_dark: matchMedia("(prefers-color-scheme: dark)").matches,
  };
  early.addEventListener("open", () => early.send(JSON.stringify(wanted)), { once: true });

  const held = [];
  const holding = new AbortController();
  const hold = (event) => {
    event.stopImmediatePropagation();
    // Another of its kind: one that was stopped stays so.
    held.push(new event.constructor(event.type, event));
  };
  for (const type of ["open", "message", "error", "close"]) {
    early.addEventListener(type, hold, { signal: holding.signal });
  }
  const handOver = () => {
    holding.abort();
    for (const event of held) early.dispatchEvent(event);
  };

  window.WebSocket = class extends Socket {
    constructor(...asked) {
      window.WebSocket = Socket;
      const [where, protocols] = asked;
      // A session that is to be found again is named third.
      if (where !== address || protocols?.length !== 2) {
        early.close();
        super(...asked);
        return;
      }
      // Once whoever opens it listens to it, and before anything else comes.
      queueMicrotask(handOver);
      return early;
    }
  };
})();
