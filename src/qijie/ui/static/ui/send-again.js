// @ts-check
// A form marked data-send-again="<seconds>" sends itself once that time is over, and says so; the
// element [data-send-again-told] in it shows how long that is. Without this file its button does.

const SECOND_MS = 1000;

/** @param {HTMLFormElement} form */
function wait(form) {
  const told = form.querySelector("[data-send-again-told]");
  let left = Number(form.dataset.sendAgain) || 0;
  const tell = () => {
    if (told) told.textContent = `${left} 秒后自动再交，请不要关这一页。`;
  };
  const ticking = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(ticking);
    if (!("sending" in form.dataset)) form.requestSubmit();
  }, SECOND_MS);
  form.addEventListener("submit", () => clearInterval(ticking));
  tell();
}

for (const form of document.querySelectorAll("form[data-send-again]")) {
  wait(/** @type {HTMLFormElement} */ (form));
}
