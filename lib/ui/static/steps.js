// One step back for what one click has done.
//
// Streamlit writes every part of a change into the browser's history by itself: for a campaign that
// is opened its id, then its page, then the artist that a field is bound to. Back then led through
// half of an address, in which the artist was lost. Here only the first part of what a person
// does makes a step, and what follows by itself goes with it.
(() => {
  let isAsked = false;
  for (const type of ["pointerdown", "keydown", "click"]) {
    addEventListener(type, () => (isAsked = true), { capture: true });
  }
  const push = history.pushState.bind(history);
  // The address that somebody comes back to is the whole truth, and the server is told so
  // (`in_url.address`): it would bring back what the address no longer says.
  addEventListener(
    "popstate",
    () => {
      isAsked = false;
      const back = new URL(location.href);
      back.searchParams.set("back", "");
      history.replaceState(history.state, "", back);
    },
    { capture: true },
  );
  history.pushState = (...told) => {
    if (isAsked) push(...told);
    else history.replaceState(...told);
    isAsked = false;
  };
})();
