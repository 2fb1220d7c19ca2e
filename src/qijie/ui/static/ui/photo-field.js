// @ts-check
// <photo-field limit="6"> around a file input: each photo is turned upright, made small
// enough and written anew as JPEG on the phone, which leaves out where and with what it was taken.
// The smaller files take the place of the chosen ones in the same input, so the form sends them
// like any other. In a form with a draft they are kept on the device until the server has them
// (photo-shelf.js), and are there again after a reload or an error. Events: photo-field:change {count}.

import { forgetPhotos, keepPhotos, keptPhotos } from "./photo-shelf.js";

// The same bounds as `records/photo_size.py`: in area, and never so that a long screenshot's short side becomes unreadable.
const AREA_PX = 2048 * 1536;
const SHORT_SIDE_PX = 1080;
const LARGEST_PX = 16_000_000;
const JPEG_QUALITY = 0.82;
const PREVIEW_PX = 240;
const HEIC_MOST_BYTES = 10 * 1024 * 1024;

/** @param {File} file */
const isHeic = (file) => /heic|heif/i.test(file.type) || /\.hei[cf]$/i.test(file.name);

/** @param {number} width @param {number} height @returns {[number, number]} */
export function fitted(width, height) {
  const area = width * height;
  const wanted = Math.max(Math.sqrt(AREA_PX / area), SHORT_SIDE_PX / Math.min(width, height));
  const scale = Math.min(1, wanted, Math.sqrt(LARGEST_PX / area));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** @param {File} file @returns {Promise<File>} */
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fitted(picture.width, picture.height);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
  if (!blob) throw new Error("canvas gave no image");
  return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
}

class PhotoField extends HTMLElement {
  /** @type {File[]} */
  #photos = [];
  /** How many choices are being made ready; one after the other, so that none takes another's place. */
  #busy = 0;
  #ready = Promise.resolve();
  /** Which button was pressed meanwhile. @type {HTMLElement | null | undefined} */
  #pressed = undefined;
  #leaving = new AbortController();

  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    if (!(input instanceof HTMLInputElement) || this.input) return;
    this.input = input;
    this.list = document.createElement("ul");
    this.list.className = "photos";
    this.list.setAttribute("aria-label", "已选照片");
    this.list.hidden = true;
    this.said = document.createElement("p");
    this.said.setAttribute("role", "status");
    this.bar = document.createElement("progress");
    this.bar.setAttribute("aria-label", "照片处理进度");
    this.bar.hidden = true;
    this.querySelector(".photo-take")?.after(this.bar, this.said, this.list);
    this.setAttribute("data-live", "");
    input.addEventListener("change", () => this.#choose([...(input.files ?? [])]));
    input.form?.addEventListener("reset", () => this.#replace([]));
    input.form?.addEventListener("send:done", (event) => this.#done(event), { signal: this.#leaving.signal });
    this.#restore();
    window.addEventListener("submit", (event) => this.#wait(event), { capture: true, signal: this.#leaving.signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  get limit() {
    return Number(this.getAttribute("limit")) || 6;
  }

  get #draft() {
    return this.input?.form?.dataset.draft ?? "";
  }

  /** What was chosen before a reload or an error; the server need not hold it as well. */
  async #restore() {
    if (!this.#draft) return;
    const kept = await keptPhotos(this.#draft);
    if (kept.length === 0 || this.#photos.length > 0 || !this.isConnected) return;
    this.input?.form?.querySelector("[data-photos-held]")?.remove();
    this.querySelector("[data-held]")?.remove();
    this.#photos = kept.slice(0, this.limit);
    this.#put(this.#photos);
    this.#draw();
    this.#say("您先前选的照片还在。");
  }

  /** @param {Event} event */
  #done(event) {
    if (this.#draft) /** @type {CustomEvent} */ (event).detail.waitFor(forgetPhotos(this.#draft));
  }

  /** @param {File[]} chosen */
  #choose(chosen) {
    this.#put(this.#photos);
    this.#busy += 1;
    this.setAttribute("aria-busy", "true");
    this.#ready = this.#ready.then(() => this.#take(chosen)).then((words) => this.#settle(words));
  }

  /** @param {File[]} chosen @returns {Promise<string>} what there is to say about them */
  async #take(chosen) {
    const room = this.limit - this.#photos.length;
    const taken = chosen.slice(0, room);
    const words = chosen.length > room ? [`最多 ${this.limit} 张，多出的 ${chosen.length - room} 张没有放入。`] : [];
    const made = [];
    for (const [index, file] of taken.entries()) {
      this.#progress(index, taken.length);
      const [photo, trouble] = await this.#prepared(file);
      if (photo) made.push(photo);
      if (trouble) words.push(trouble);
    }
    this.#progress(0, 0);
    this.#replace([...this.#photos, ...made]);
    return words.join("");
  }

  /** The press made meanwhile is carried out once, unless there is something to read first. @param {string} words */
  #settle(words) {
    this.#busy -= 1;
    if (words) this.#pressed = undefined;
    this.#say(words);
    if (this.#busy > 0) return;
    this.removeAttribute("aria-busy");
    const pressed = this.#pressed;
    this.#pressed = undefined;
    if (pressed !== undefined && this.isConnected) this.input?.form?.requestSubmit(pressed);
  }

  /** @param {File} file @returns {Promise<[File | null, string]>} */
  async #prepared(file) {
    try {
      return [await shrink(file), ""];
    } catch {
      if (!isHeic(file)) return [null, `“${file.name}”打不开，不像是照片。请换一张，或重新拍一张。`];
      if (file.size > HEIC_MOST_BYTES) {
        return [null, `“${file.name}”是 HEIC 格式且超过 10 MB。请在相机设置里选“兼容性最佳”后重拍，或截图后再选。`];
      }
      return [file, `“${file.name}”是 HEIC 格式，本浏览器不能预览；将原样上传，由系统转换并去掉拍摄位置。`];
    }
  }

  /** @param {number} done @param {number} total */
  #progress(done, total) {
    if (!this.bar) return;
    this.bar.hidden = total === 0;
    this.bar.max = total || 1;
    this.bar.value = done;
    if (total) this.#say(`正在处理第 ${done + 1} 张，共 ${total} 张…`);
  }

  /** @param {string} words */
  #say(words) {
    if (this.said) this.said.textContent = words;
  }

  /** @param {File[]} photos */
  #replace(photos) {
    this.#photos = photos;
    this.#put(photos);
    this.#draw();
    if (this.#draft) keepPhotos(this.#draft, photos);
    this.dispatchEvent(new CustomEvent("photo-field:change", { bubbles: true, detail: { count: photos.length } }));
  }

  /** What the form would send; never a photo as the camera wrote it. @param {File[]} photos */
  #put(photos) {
    const basket = new DataTransfer();
    for (const photo of photos) basket.items.add(photo);
    if (this.input) this.input.files = basket.files;
  }

  /** On the window, ahead of whoever else listens: a form with half-made photos goes when they are made. @param {SubmitEvent} event */
  #wait(event) {
    if (event.target !== this.input?.form || this.#busy === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#pressed = event.submitter;
    this.#say("照片还在处理，处理好就自动提交。");
  }

  #draw() {
    this.list?.replaceChildren(...this.#photos.map((photo, index) => this.#item(photo, index)));
    if (this.list) this.list.hidden = this.#photos.length === 0;
    const room = this.querySelector("[data-room]");
    const left = this.limit - this.#photos.length;
    if (room) room.textContent = left > 0 ? `已选 ${this.#photos.length} 张，还可放 ${left} 张` : `已放满 ${this.limit} 张`;
  }

  /** @param {File} photo @param {number} index */
  #item(photo, index) {
    const item = document.createElement("li");
    const frame = document.createElement("span");
    frame.className = "photo";
    if (isHeic(photo)) frame.textContent = photo.name;
    else frame.append(this.#preview(photo, index));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "photo-remove";
    remove.textContent = "✕";
    remove.setAttribute("aria-label", `去掉第 ${index + 1} 张照片`);
    remove.addEventListener("click", () => {
      this.#replace(this.#photos.filter((other) => other !== photo));
      this.#say(`已去掉第 ${index + 1} 张。`);
      this.input?.focus();
    });
    item.append(frame, remove);
    return item;
  }

  /** Drawn, not linked: a blob: address would need a wider content policy. @param {File} photo @param {number} index */
  #preview(photo, index) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `第 ${index + 1} 张照片`);
    createImageBitmap(photo, { resizeHeight: PREVIEW_PX, resizeQuality: "medium" }).then((picture) => {
      [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.getContext("2d")?.drawImage(picture, 0, 0);
      picture.close();
    });
    return canvas;
  }
}

customElements.define("photo-field", PhotoField);
