// What an API key looks like: `aacf_`, 36 random characters, and a checksum that finds a typo without a look-up.

const PREFIX = "aacf_";
/** Base 62: URL-safe, and a double click selects the whole key. 36 characters are 214 bits. */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 36;
/** 62^6 is more than 2^32, so six characters hold a CRC-32. */
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
/** Enough to recognise a key in a list, far too little to guess it. */
const DISPLAY_LENGTH = PREFIX.length + 8;

/** A fresh key from the operating system's random source. */
export function generateKey(): string {
  let random = "";
  while (random.length < RANDOM_LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH * 2))) {
      // 248 is the largest multiple of 62 below 256: dropping what is above keeps every character equally likely.
      if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET[byte % 62];
    }
  }
  return PREFIX + random + checksum(random);
}

/** Whether a text can be a key at all: its shape and its checksum are right. */
export function isWellFormed(key: string): boolean {
  if (!SHAPE.test(key)) return false;
  const random = key.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return key.endsWith(checksum(random));
}

/** SHA-256 of the whole key in hex: all that is stored of it. A key is random, so it needs no slow hash. */
export function hashKey(key: string): string {
  return new Bun.CryptoHasher("sha256").update(key).digest("hex");
}

/** The first characters, as they are shown in lists: `aacf_1a2B3c4D…`. */
export function displayOf(key: string): string {
  return `${key.slice(0, DISPLAY_LENGTH)}…`;
}

function checksum(random: string): string {
  let value = Bun.hash.crc32(PREFIX + random);
  let text = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = ALPHABET[value % 62] + text;
    value = Math.floor(value / 62);
  }
  return text;
}
