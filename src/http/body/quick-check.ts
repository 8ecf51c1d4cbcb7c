// Finds out quickly that a value fits a zod schema, so that zod itself is left only what does not.
import type { z } from "zod";

export type QuickCheck = (value: unknown) => boolean;

type Schema = z.core.$ZodType;
type JsonObject = Record<string, unknown>;

/** Says nothing of a value, which is left to zod. */
const UNSURE: QuickCheck = () => false;

/**
 * Returns a check that allocates nothing, made once from a schema: true means that zod would accept the value, which
 * must be JSON's; false that it would not, or that the schema has something that is not known here. Zod's own check
 * copies the value as it goes, which costs three times as much.
 */
export function quickCheck(schema: Schema): QuickCheck {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const isWithin = checksOf(def.checks);
  const check = isWithin && checkOf(def);
  if (!check) return UNSURE;
  return [check, ...isWithin].reduce(both);
}

/** Null for what is not known here. */
function checkOf(def: z.core.$ZodTypes["_zod"]["def"]): QuickCheck | null {
  switch (def.type) {
    case "string":
      return "format" in def ? null : isString;
    case "number":
      return numberCheck(def);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "unknown":
      return isAnything;
    case "literal":
      return oneOf(def.values);
    case "enum":
      return oneOf(Object.values(def.entries));
    case "optional":
    case "nullable": {
      const [empty, inner] = [
        def.type === "optional" ? undefined : null,
        quickCheck(def.innerType),
      ];
      return (value) => value === empty || inner(value);
    }
    case "array": {
      const item = quickCheck(def.element);
      return (value) => Array.isArray(value) && value.every(item);
    }
    case "object":
      return objectCheck(def);
    case "record":
      return recordCheck(def);
    case "union":
      return unionCheck(def);
    default:
      return null;
  }
}

function numberCheck(def: object): QuickCheck | null {
  if (!("format" in def)) return Number.isFinite;
  return def.format === "safeint" ? Number.isSafeInteger : null;
}

function oneOf(values: readonly unknown[]): QuickCheck {
  const known = new Set(values);
  return (value) => known.has(value);
}

function objectCheck({ shape, catchall }: z.core.$ZodObjectDef): QuickCheck | null {
  if (catchall !== undefined && catchall._zod.def.type !== "unknown") return null;
  const checks = new Map(Object.entries(shape).map(([name, field]) => [name, quickCheck(field)]));
  const required = [...checks.keys()].filter((name) => checks.get(name)?.(undefined) === false);
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of required) if (value[name] === undefined) return false;
    // By the value's own fields, of which there are few, and not by the schema's.
    for (const name in value) if (checks.get(name)?.(value[name]) === false) return false;
    return true;
  };
}

function recordCheck({ keyType, valueType }: z.core.$ZodRecordDef): QuickCheck {
  const [isKey, isValue] = [quickCheck(keyType), quickCheck(valueType)];
  if (isKey === isString && isValue === isAnything) return isPlainObject;
  return (value) =>
    isPlainObject(value) &&
    Object.entries(value).every(([key, item]) => isKey(key) && isValue(item));
}

function unionCheck(def: z.core.$ZodUnionDef): QuickCheck {
  if (!("discriminator" in def)) return def.options.map(quickCheck).reduce(either);
  const name = String(def.discriminator);
  const byWord = new Map(
    def.options.flatMap((option) => {
      const check = quickCheck(option);
      return [...(option._zod.propValues?.[name] ?? [])].map((word) => [word as unknown, check]);
    }) as [unknown, QuickCheck][],
  );
  return (value) => isObject(value) && (byWord.get(value[name])?.(value) ?? false);
}

/** The bounds of a value beside its type; null where one of it is not known here. */
function checksOf(checks: readonly z.core.$ZodCheck<never>[] = []): QuickCheck[] | null {
  // Zod types a schema's checks without what they check; those of its own are all in this union.
  const known = checks.map((check) => boundOf((check as unknown as z.core.$ZodChecks)._zod.def));
  return known.every((it) => it !== null) ? known : null;
}

function boundOf(def: z.core.$ZodChecks["_zod"]["def"]): QuickCheck | null {
  switch (def.check) {
    case "min_length":
      return (value) => (value as string | unknown[]).length >= def.minimum;
    case "max_length":
      return (value) => (value as string | unknown[]).length <= def.maximum;
    case "greater_than":
      return def.inclusive ? (value) => (value as number) >= Number(def.value) : null;
    case "less_than":
      return def.inclusive ? (value) => (value as number) <= Number(def.value) : null;
    default:
      return null;
  }
}

const both =
  (first: QuickCheck, second: QuickCheck): QuickCheck =>
  (value) =>
    first(value) && second(value);

const either =
  (first: QuickCheck, second: QuickCheck): QuickCheck =>
  (value) =>
    first(value) || second(value);

const isAnything: QuickCheck = () => true;

const isString: QuickCheck = (value) => typeof value === "string";

const isPlainObject = (value: unknown): value is JsonObject =>
  isObject(value) && Object.getPrototypeOf(value) === Object.prototype;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
