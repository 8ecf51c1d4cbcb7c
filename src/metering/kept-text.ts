// Keeps what a model says for an estimate, in little memory and unread: most answers are never estimated.

/** How many additions are kept before they are joined: each holds on to the read that it came with. */
const JOIN_AFTER = 32;

/** A text that grows by texts, and by the texts of plain runs as JSON has them. */
export class KeptText {
  #text = "";
  /** What came after it, as JSON has it. */
  #json = "";
  /** What came last, of the one kind or the other. */
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
    this.#join();
    return this.#text + read(this.#json);
  }

  #add(text: string, isJson: boolean): void {
    if (isJson !== this.#isJson) {
      this.#join();
      this.#text += read(this.#json);
      this.#json = "";
      this.#isJson = isJson;
    } else if (this.#recent.length >= JOIN_AFTER) this.#join();
    this.#recent.push(text);
  }

  #join(): void {
    const joined = this.#recent.join("");
    this.#recent = [];
    if (this.#isJson) this.#json += joined.replaceAll("\n", "");
    else this.#text += joined;
  }
}

const read = (json: string): string => (json === "" ? "" : JSON.parse(`"${json}"`));
