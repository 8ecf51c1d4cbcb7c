// What a figure of the benchmark is: a name to choose it by, and how it is measured.
import type { Effort } from "../compare.ts";
import type { Row } from "../row.ts";
import type { World } from "../world.ts";

export interface Figure {
  name: string;
  measure(world: World, effort: Effort): Promise<Row[]>;
}
