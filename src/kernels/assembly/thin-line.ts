import { furthestPoint, isMarked, markKept } from "./douglas-peucker";
import { forgetPoint } from "./known-points";
import { rotateLine, setPoint, xAt, yAt } from "./line";
import { isLatticeTriangleClear } from "./triangle";

/**
 * Takes corners out of the line (see placeLine) and of the known points (see placePoints): those that markKept does not keep, one by
 * one, where the triangle that this cuts off is clear, and as long as more than `least` points are left. A loop begins at a corner of
 * its hull, whichever way it was found. Returns the number of points that are left. `keep` and `stack`: see markKept.
 */
export function thinLine(count: i32, isLoop: bool, limit: f64, least: i32, keep: usize, stack: usize): i32 {
  if (isLoop) rotateLine(count, furthestPoint(0, count - 1, 0));
  markKept(count, limit, keep, stack);
  let left = count;
  for (let before = 0; before !== left; ) {
    before = left;
    left = sweep(left, least, keep);
  }
  return left;
}

/** Takes out corners that are not to be kept, no two neighbours at once: triangles stay small. Returns how many points are left. */
function sweep(count: i32, least: i32, keep: usize): i32 {
  let left = count;
  let ax = xAt(0);
  let ay = yAt(0);
  let to = 1;
  for (let i = 1; i < count; i++) {
    let x = xAt(i);
    let y = yAt(i);
    if (!isMarked(keep, i) && left > least && isLatticeTriangleClear(ax, ay, x, y, xAt(i + 1), yAt(i + 1))) {
      forgetPoint(x, y);
      left--;
      i++;
      x = xAt(i);
      y = yAt(i);
    }
    setPoint(to, x, y);
    store<u8>(keep + to++, load<u8>(keep + i));
    ax = x;
    ay = y;
  }
  return left;
}
