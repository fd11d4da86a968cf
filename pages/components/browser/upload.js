/* The drop zone. */

const zones = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let zone = zones.get(parentElement);
  if (!zone) {
    zone = new Zone(parentElement);
    zones.set(parentElement, zone);
  }
  zone.wanted = new Set(data.wanted);
  zone.done = (session) => setTriggerValue("session", session);
  zone.box.classList.toggle("large", data.large);
  return () => zone.leave();
}

class Zone {
  constructor(parent) {
    this.box = element("div", { class: "zone" });
    this.build();
    parent.append(this.box);
    this.listen();
    this.batch = null;
  }

  build() {
    this.idle = element("div");
    this.idle.style.display = "contents";
    this.files = picker({ multiple: true });
    this.folder = picker({ webkitdirectory: true });
    this.note = element("div", { class: "trouble" });
    const choices = element("div", { class: "choices" });
    choices.append(button("Choose files", () => this.files.click()), button("Choose a folder", () => this.folder.click()));
    this.idle.append(
      icon("upload"), element("div", { class: "headline" }, "Drop a ZIP, pictures or a folder here"),
      element("div", { class: "hint" }, "Captions (.txt, .caption) beside the pictures come along. Any size."), choices, this.note,
    );
    this.running = element("div", { class: "running" });
    this.name = element("div", { class: "name" });
    this.bar = element("div");
    const frame = element("div", { class: "bar" });
    frame.append(this.bar);
    this.figures = element("div", { class: "figures" });
    this.trouble = element("div", { class: "trouble" });
    this.goOn = button("Go on", () => this.send());
    const steer = element("div", { class: "steer" });
    steer.append(this.goOn, button("Cancel", () => this.cancel()));
    this.running.append(this.name, frame, this.figures, this.trouble, steer);
    this.box.append(this.idle, this.running, this.files, this.folder);
    this.show(false);
  }

  listen() {
    const take = (input) => {
      const chosen = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      input.value = "";
      this.begin(chosen);
    };
    this.files.onchange = () => take(this.files);
    this.folder.onchange = () => take(this.folder);
    this.box.ondragover = () => this.box.classList.add("over");
    this.box.ondragleave = () => this.box.classList.remove("over");
    this.box.ondrop = async (event) => this.begin(await dropped(event.dataTransfer));
    // A file that misses the zone would otherwise replace the page.
    this.hold = (event) => {
      event.preventDefault();
      if (event.type === "drop") this.box.classList.remove("over");
    };
    for (const kind of ["dragover", "drop"]) document.addEventListener(kind, this.hold);
  }

  leave() {
    for (const kind of ["dragover", "drop"]) document.removeEventListener(kind, this.hold);
    this.batch?.stop.abort();
  }

  begin(chosen) {
    if (this.batch) return;
    const wanted = chosen.filter(({ name }) => this.wanted.has(extension(name)));
    this.note.textContent = "";
    if (!wanted.length) {
      if (chosen.length) this.note.textContent = chosen.length === 1 ? `“${chosen[0].name}” is neither a ZIP nor a picture.` : `None of these ${chosen.length} files is a ZIP or a picture.`;
      return;
    }
    this.batch = new Batch(wanted, (state) => this.draw(state));
    this.send();
  }

  async send() {
    const batch = this.batch;
    this.trouble.textContent = "";
    this.show(true);
    try {
      await batch.run();
    } catch (error) {
      if (batch.stop.signal.aborted) return;
      this.trouble.textContent = error instanceof Refused ? error.message : "The connection to dscore broke.";
      this.goOn.hidden = false;
      return;
    }
    this.figures.textContent = "All here.";
    this.batch = null;
    this.show(false);
    this.done(batch.session);
  }

  cancel() {
    this.batch?.drop();
    this.batch = null;
    this.show(false);
  }

  show(isRunning) {
    this.idle.hidden = isRunning;
    this.idle.style.display = isRunning ? "none" : "contents";
    this.running.hidden = !isRunning;
    this.goOn.hidden = true;
  }

  draw({ name, sent, size, count, files, rate }) {
    this.name.textContent = files > 1 ? `${number(count)} of ${number(files)} files · ${name}` : name;
    this.bar.style.width = `${size ? (100 * sent) / size : 100}%`;
    const parts = [`${megabytes(sent)} of ${megabytes(size)}`];
    if (rate > 0) parts.push(`${megabytes(rate)}/s`, `${time((size - sent) / rate)} left`);
    this.figures.textContent = parts.join(" · ");
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  const found = await Promise.all(entries.map(below));
  return found.flat();
}

async function below(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await below(inner)));
  }
}

function button(text, press) {
  return element("button", { type: "button", onclick: press }, text);
}

function picker(traits) {
  return element("input", { type: "file", hidden: true, multiple: true, ...traits });
}

function extension(name) {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

function number(value) {
  return value.toLocaleString("en");
}

function megabytes(bytes) {
  const value = bytes / 1e6;
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 })} MB`;
}

function time(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 100 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
