import { dirname } from "node:path";
import { UserError } from "../errors.ts";

/** A failure to write `path` as an error that the user can fix, where it is one; anything else as it came. */
export function writeError(path: string, error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const said = (id: string, found: string, hint: string): UserError =>
    new UserError(id, `${path}: ${found}.`, hint, { cause: error });
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return said(
        "no-space",
        "no space left on the disk",
        "Free some space there, or choose another folder with -o.",
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return said(
        "not-writable",
        "not writable",
        "Check who may write there, or choose another folder with -o.",
      );
    case "ENOENT":
    case "ENOTDIR":
      return said(
        "missing-folder",
        `there is no folder ${dirname(path)}`,
        "Create it, or choose another with -o.",
      );
    case "EISDIR":
      return said("is-a-folder", "this is a folder, not a file", "Remove it, or choose another name.");
    case "EFBIG":
      return said(
        "file-too-large",
        "the disk's format holds no file that large",
        "Choose another disk with -o.",
      );
    case "EIO":
    case "ENXIO":
    case "ENODEV":
      return said(
        "disk-failed",
        `the disk reports an error (${code})`,
        "Check the disk, or choose another folder with -o.",
      );
    default:
      return error;
  }
}
