import type { Bounds } from "../geo/grid.ts";

/** Children of a node, as FlatGeobuf has it where its header does not say. */
const NODE_SIZE = 16;
/** min x, min y, max x, max y as doubles, then an offset of 64 bits. */
const NODE_BYTES = 40;

/** A box and what it leads to: the offset (bytes) of a feature, or the index of the first child. */
type Node = readonly [minX: number, minY: number, maxX: number, maxY: number, target: number];

/** Boxes in the order of their features, and the offset (bytes) where each feature begins: 40 bytes each. */
export class BoxList {
  count = 0;
  private values = new Float64Array(5 * 1024);

  add([minX, minY, maxX, maxY]: Bounds, offset: number): void {
    if ((this.count + 1) * 5 > this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set([minX, minY, maxX, maxY, offset], this.count * 5);
    this.count++;
  }

  at(index: number): Node {
    const [minX, minY, maxX, maxY, offset] = this.values.subarray(index * 5, index * 5 + 5);
    return [minX!, minY!, maxX!, maxY!, offset!];
  }
}

/**
 * FlatGeobuf's packed R-tree (Kamel and Faloutsos 1993) over boxes in the order given, in which neighbours should be near in space:
 * levels from the root down; a leaf for each feature with its offset, above them a node for each 16 with the index of its first child.
 */
export function packedRtree(boxes: BoxList): Uint8Array {
  const sizes = levelSizes(boxes.count);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const nodes = new DataView(new ArrayBuffer(total * NODE_BYTES));
  let start = total - boxes.count;
  for (let i = 0; i < boxes.count; i++) writeNode(nodes, start + i, boxes.at(i));
  for (let level = 1; level < sizes.length; level++) {
    const [children, end] = [start, start + sizes[level - 1]!];
    start -= sizes[level]!;
    for (let i = 0; i < sizes[level]!; i++) {
      const first = children + i * NODE_SIZE;
      writeNode(nodes, start + i, parentOf(nodes, first, Math.min(first + NODE_SIZE, end)));
    }
  }
  return new Uint8Array(nodes.buffer);
}

/** Nodes of each level from the leaves up to the root, which is never a leaf. */
function levelSizes(leaves: number): readonly number[] {
  const sizes = [leaves];
  do sizes.push(Math.ceil(sizes.at(-1)! / NODE_SIZE));
  while (sizes.at(-1)! > 1);
  return sizes;
}

function parentOf(nodes: DataView, first: number, end: number): Node {
  const side = (index: number, k: number): number => nodes.getFloat64(index * NODE_BYTES + k * 8, true);
  let [minX, minY, maxX, maxY] = [0, 1, 2, 3].map((k) => side(first, k)) as [number, number, number, number];
  for (let i = first + 1; i < end; i++) {
    minX = Math.min(minX, side(i, 0));
    minY = Math.min(minY, side(i, 1));
    maxX = Math.max(maxX, side(i, 2));
    maxY = Math.max(maxY, side(i, 3));
  }
  return [minX, minY, maxX, maxY, first];
}

function writeNode(nodes: DataView, index: number, [minX, minY, maxX, maxY, target]: Node): void {
  const start = index * NODE_BYTES;
  for (const [k, value] of [minX, minY, maxX, maxY].entries()) nodes.setFloat64(start + k * 8, value, true);
  nodes.setBigUint64(start + 32, BigInt(target), true);
}
