/**
 * Shifts to WGS 84 (PROJ's +towgs84) in place of grid files, which are not shipped: EPSG's Helmert transformations of the same
 * datums, with EPSG's accuracy. A datum whose only way is a grid file is not here.
 */
const SHIFTS: Readonly<Record<string, string>> = {
  // OSGB36 to WGS 84 (6), 2 m
  "OSTN15_NTv2_OSGBtoETRS.gsb": "446.448,-125.157,542.06,0.15,0.247,0.842,-20.489",
  // DHDN to WGS 84 (2), 3 m
  "BETA2007.gsb": "598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
  // NAD27 to WGS 84 (4), 10 m in the contiguous United States, up to 30 m elsewhere
  "NTv2_0.gsb": "-8,160,176",
  // NZGD49 to WGS 84 (2), 4 m
  "nzgd2kgrid0005.gsb": "59.47,-5.04,187.44,0.47,-0.1,1.024,-4.5993",
  // AGD84 to WGS 84 (7), 3 m
  "National 84 (02.07.01).gsb": "-117.763,-51.51,139.061,0.292,0.443,0.277,-0.191",
  // Corrego Alegre 1970-72 to WGS 84 (4), 5 m
  "CA7072_003.gsb": "-206.05,168.28,-3.82",
};

/** A PROJ string without grid files: each is replaced by a shift of a few metres' accuracy; null where none is known. */
export function withoutGridFiles(definition: string): string | null {
  const plain = definition.replace("+datum=NAD27", "+ellps=clrk66 +nadgrids=NTv2_0.gsb");
  const found = plain.match(/\+nadgrids=(?:"([^"]*)"|(\S+))/);
  const file = found?.[1] ?? found?.[2];
  if (found == null || file === undefined || file === "@null") return plain;
  const shift = SHIFTS[file];
  return shift === undefined ? null : plain.replace(found[0], `+towgs84=${shift}`);
}
