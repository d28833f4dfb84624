/** Colours that land-cover classes have on maps, by words of their names. */
const BY_WORD: readonly (readonly [RegExp, string])[] = [
  [/water|river|lake|sea|ocean/i, "#3b82c4"],
  [/wood|forest|tree|vegetation/i, "#7fa03a"],
  [/grass|meadow|range/i, "#b5cf6b"],
  [/field|crop|agri|farm/i, "#d9b44a"],
  [/building|roof|house|urban|built/i, "#b8605f"],
  [/road|street|paved|asphalt/i, "#2f2d38"],
  [/bare|barren|soil|sand|land/i, "#f5e8bd"],
  [/background|other|unknown|none|^not/i, "#9a9a9a"],
];

/** Okabe and Ito's colours, told apart by the colour-blind too, and darker ones of them. */
const OTHERS = [
  ...["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"],
  ...["#8a5f00", "#2b6d92", "#005e45", "#90882a", "#00446b", "#803800", "#7a4964"],
];

/** A colour for a class of which only the name is known. */
export function classColor(name: string, id: number): string {
  return BY_WORD.find(([words]) => words.test(name))?.[1] ?? OTHERS[id % OTHERS.length]!;
}
