// @ts-check
// <keep-link> around a read-only field: copies the private link, or hands it to the phone's own
// “share”. Without this file the field can be selected and copied by hand.

const COPIED = "已复制。打开微信，粘贴发给自己就行。";
const BY_HAND = "没有复制成。链接已经选中，请长按它，再点“复制”。";

class KeepLink extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.querySelector("[data-copy]")?.addEventListener("click", () => this.#copy());
    const share = this.querySelector("[data-share]");
    if (share && "share" in navigator) {
      share.removeAttribute("hidden");
      share.addEventListener("click", () => this.#share());
    }
    this.querySelector(".row")?.removeAttribute("hidden");
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.field?.value ?? "");
      this.#say(COPIED);
    } catch {
      this.field?.select();
      this.#say(BY_HAND);
    }
  }

  async #share() {
    try {
      await navigator.share({ title: "我反映的事", url: this.field?.value });
    } catch {
      // Shutting the phone's own panel is no failure.
    }
  }

  /** @param {string} words */
  #say(words) {
    const said = this.querySelector("[role=status]");
    if (said) said.textContent = words;
  }
}

customElements.define("keep-link", KeepLink);
