import { mix } from "./noise.ts";

/** A smooth quantity over the ground, sampled every `step` px and blended between. */
export interface Field {
  readonly at: (x: number, y: number) => number;
}

/** Samples a slow function on a lattice once, so that it costs little at every pixel. */
export function sampleField(
  { width, height }: { readonly width: number; readonly height: number },
  step: number,
  value: (x: number, y: number) => number,
): Field {
  const cols = Math.ceil(width / step) + 2;
  const rows = Math.ceil(height / step) + 2;
  const samples = new Float32Array(cols * rows);
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) samples[row * cols + col] = value(col * step, row * step);
  return {
    at: (x, y) => {
      const col = Math.floor(x / step);
      const row = Math.floor(y / step);
      const i = row * cols + col;
      const u = x / step - col;
      const top = mix(samples[i]!, samples[i + 1]!, u);
      return mix(top, mix(samples[i + cols]!, samples[i + cols + 1]!, u), y / step - row);
    },
  };
}
