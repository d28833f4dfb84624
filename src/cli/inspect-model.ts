import { loadModel } from "../inference/model.ts";
import type { Inspection } from "./inspect-command.ts";

/** A model by its card: what it takes, answers and is worth. */
export async function inspectModel(path: string): Promise<Inspection> {
  const { card, path: file } = await loadModel(path);
  const { input, output, classes, gsd, metrics } = card;
  const size =
    input.height === null ? `any multiple of ${input.multipleOf} px` : `${input.width} x ${input.height} px`;
  return {
    facts: [
      ["Model", `${card.name} ${card.version}, ${card.architecture}`],
      ["Description", card.description],
      ["Licence", card.license],
      ["Graph", `${file}, SHA-256 ${card.sha256}`],
      ["Takes", `${input.bands.join(", ")} as ${input.dtype} ${input.layout}, ${size}`],
      ["Answers", `${output.kind}, ${output.layout}, 1/${output.stride} size`],
      ["Classes", classes.map(({ id, name, color }) => `${id} ${name} ${color}`).join(", ")],
      ["Chip", `${card.chip} px, overlap ${card.overlap} px`],
      ["GSD", gsd === null ? "any" : `${gsd.min}–${gsd.max} m, made for ${gsd.nominal} m`],
      ...metrics.map((metric) => ["Measured", JSON.stringify(metric)] as const),
    ],
    json: card,
    errors: [],
    warnings: [],
  };
}
