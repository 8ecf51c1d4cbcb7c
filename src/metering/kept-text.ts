// Keeps what a model says for an estimate, in little memory: most answers are never estimated.

/** How many additions are kept before they are joined: each holds on to the read that it came with. */
const JOIN_AFTER = 32;

/** A text that grows by texts, and by the texts of plain runs as JSON has them. */
export class KeptText {
  #joined = "";
  #recent: string[] = [];
  #isJson = false;

  add(text: string): void {
    this.#add(text, false);
  }

  /** @param texts as a plain run has them */
  addRun(texts: string): void {
    this.#add(texts, true);
  }

  /** All of it. */
  text(): string {
    if (this.#recent.length > 0) {
      const recent = this.#recent.join("");
      this.#joined += this.#isJson ? JSON.parse(`"${recent.replaceAll("\n", "")}"`) : recent;
      this.#recent = [];
    }
    return this.#joined;
  }

  #add(text: string, isJson: boolean): void {
    if (isJson !== this.#isJson || this.#recent.length >= JOIN_AFTER) this.text();
    this.#isJson = isJson;
    this.#recent.push(text);
  }
}
