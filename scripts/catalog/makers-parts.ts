// Parts of a price that a host's table lacks although its maker charges them apart.
import type { FileModel, FileRate } from "../../src/catalog/data.ts";
import { atMaker, base, firstPrice, groups, isClosed } from "./checks/contradiction.ts";

const AUDIO = ["cacheReadAudio", "inputAudio", "outputAudio"] as const;

/**
 * Adds the prices of sound, in the proportion that the host's text has to the maker's: no table of an
 * aggregator lists them, and it charges them all the same, many times the text.
 */
export function withMakersParts(models: readonly FileModel[]): FileModel[] {
  const makers = new Map<FileModel, FileModel>();
  for (const { identity, members } of groups(models)) {
    const own = isClosed(identity) ? atMaker(members, identity.maker) : undefined;
    for (const member of own === undefined ? [] : members) {
      makers.set(member, own ?? member);
    }
  }
  return models.map((model) => {
    const own = makers.get(model);
    return own === undefined || own === model ? model : fill(model, own);
  });
}

function fill(host: FileModel, own: FileModel): FileModel {
  const makers = firstPrice(own);
  const [theirs, ours] = [base(firstPrice(host).input) ?? 0, base(makers.input) ?? 0];
  const missing = AUDIO.flatMap((part): [string, FileRate][] => {
    const rate = base(makers[part]);
    return rate === undefined || ours === 0 ? [] : [[part, Math.ceil((rate * theirs) / ours)]];
  });
  const extra = Object.fromEntries(missing);
  const prices = host.prices.map((period) => ({ ...period, price: { ...extra, ...period.price } }));
  return { ...host, prices };
}
