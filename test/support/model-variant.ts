import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import type { modelCardSchema } from "../../src/inference/model-card.ts";
import { fixtureModelPath } from "./fixture-model.ts";

type Card = z.input<typeof modelCardSchema>;

/** How a model differs from the fixture that it is made of. */
export interface ModelChanges {
  /** The fixture, "pixelwise" by default. */
  readonly of?: string;
  readonly input?: Partial<Card["input"]>;
  readonly output?: Partial<Card["output"]>;
  readonly card?: Partial<Card>;
  /** The bytes of the graph; the card's SHA-256 follows. */
  readonly graph?: (bytes: Buffer) => Buffer;
  /** The same, with the SHA-256 of the graph as it was. */
  readonly damage?: (bytes: Buffer) => Buffer;
}

/** Writes a model with its card into `folder`, which is made, and returns the folder. */
export function modelVariant(folder: string, changes: ModelChanges): string {
  const { of = "pixelwise", graph = (bytes) => bytes, damage = (bytes) => bytes } = changes;
  const source = fixtureModelPath(of);
  const card = JSON.parse(readFileSync(join(source, "model.json"), "utf8")) as Card;
  const bytes = graph(readFileSync(join(source, "model.onnx")));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), damage(Buffer.from(bytes)));
  const changed = {
    ...card,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...changes.card,
    input: { ...card.input, ...changes.input },
    output: { ...card.output, ...changes.output },
  };
  writeFileSync(join(folder, "model.json"), JSON.stringify(changed));
  return folder;
}
