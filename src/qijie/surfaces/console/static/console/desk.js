// @ts-check
// The list fetches itself again after every look at what is urgent. When the answer comes from another page, such
// as sign-in after the session ended, the whole page goes there instead of losing its list.

/** @param {Event} event */
function leaveIfSentAway(event) {
  const { detail } = /** @type {CustomEvent} */ (event);
  const answered = detail.xhr.responseURL;
  if (!answered || new URL(answered).pathname === location.pathname) return;
  if (detail.requestConfig?.verb !== "get" || detail.boosted) return;
  detail.shouldSwap = false;
  location.reload();
}

document.getElementById("queue-list")?.parentElement?.addEventListener("htmx:beforeSwap", leaveIfSentAway);
