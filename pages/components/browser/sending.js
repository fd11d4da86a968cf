/* Files on their way to /api/uploads, in chunks. What is sent together is one session, so captions stay beside their pictures.
   A broken connection is tried again; a reloaded page goes on where it stopped when the same file is dropped again. */

const CHUNK = 8 * 1024 * 1024;
const AT_ONCE = 4;
const WAITS = [500, 1500, 4000, 8000];

/** What the server says no to, in its own sentence. */
class Refused extends Error {}

/** Files that were dropped together; `tell` hears how far they are. */
class Batch {
  constructor(files, tell) {
    this.files = files.map(({ file, name }) => ({ file, name, key: `dscore.upload:${name}:${file.size}:${file.lastModified}`, sent: 0 }));
    this.size = files.reduce((sum, { file }) => sum + file.size, 0);
    this.tell = tell;
    this.session = "";
    this.stop = new AbortController();
  }

  async run() {
    this.looks = [];
    const left = this.files.filter((one) => !one.done);
    await this.find();
    if (!this.session) await this.one(left.shift());
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.some(left)));
    for (const one of this.files) remember(one.key, null);
  }

  // What an earlier visit has sent of these very files is gone on with, where the server still has it.
  async find() {
    for (const one of this.files) {
      const id = one.id ?? remembered(one.key);
      if (!id || (this.session && !id.startsWith(this.session))) continue;
      const state = await ask(`/api/uploads/${id}`, { signal: this.stop.signal }).catch((error) => {
        if (error instanceof Refused) return null;
        throw error;
      });
      one.id = state?.id;
      if (!state) continue;
      this.session = state.session;
      one.sent = state.offset;
      one.done = state.finished;
    }
  }

  async some(left) {
    for (let one = left.shift(); one; one = left.shift()) if (!one.done) await this.one(one);
  }

  async one(one) {
    await patiently(() => this.part(one), this.stop.signal);
    one.done = true;
    this.look(one);
  }

  async part(one) {
    const signal = this.stop.signal;
    const state = one.id
      ? await ask(`/api/uploads/${one.id}`, { signal })
      : await ask("/api/uploads", post({ name: one.name, size: one.file.size, session: this.session }, signal));
    one.id = state.id;
    one.sent = state.offset;
    this.session = state.session;
    if (one.file.size > CHUNK || this.files.length === 1) remember(one.key, one.id);
    while (one.sent < one.file.size) {
      const body = one.file.slice(one.sent, one.sent + CHUNK);
      const got = await ask(`/api/uploads/${one.id}?offset=${one.sent}`, { method: "PUT", body, signal });
      one.sent = got.offset;
      this.look(one);
    }
    await ask(`/api/uploads/${one.id}/finish`, post({}, signal));
  }

  look(one) {
    const sent = this.files.reduce((sum, file) => sum + file.sent, 0);
    const at = performance.now();
    this.looks.push([at, sent]);
    while (this.looks.length > 2 && at - this.looks[0][0] > 5000) this.looks.shift();
    const [since, before] = this.looks[0];
    const rate = at - since > 400 ? (1000 * (sent - before)) / (at - since) : 0;
    const count = this.files.filter((file) => file.done).length;
    this.tell({ name: one.name, sent, size: this.size, count, files: this.files.length, rate });
  }

  drop() {
    this.stop.abort();
    for (const one of this.files) {
      remember(one.key, null);
      if (one.id) fetch(`/api/uploads/${one.id}`, { method: "DELETE" }).catch(() => {});
    }
  }
}

// A sentence of the server (the disk is full, the name is taken) is final; a broken connection is not.
async function patiently(work, signal) {
  for (const wait of WAITS) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return work();
}

async function ask(url, options) {
  const answer = await fetch(url, options);
  const body = await answer.json().catch(() => ({}));
  if (answer.status >= 502) throw new Error(`${answer.status}`);
  if (!answer.ok) throw new Refused(body.error ?? `dscore answered ${answer.status}.`);
  return body;
}

function post(document, signal) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(document), signal };
}

function remember(key, id) {
  try {
    if (id) localStorage.setItem(key, id);
    else localStorage.removeItem(key);
  } catch {
    // A browser that stores nothing cannot go on after a reload; all else works.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
