import { createKernels, type Kernels } from "./kernels.ts";

/** Memory of one kind of calls that is kept for good, at most (bytes). */
const KEPT_BYTES = 16 * 1024 * 1024;

type Lengths<Name extends string> = Readonly<Record<Name, number>>;

/**
 * Gives calls that follow one another the same kernels: arrays of at least the asked lengths (bytes), with whatever the call before left
 * in them. Touching new memory costs more than decoding into it, and a process can have some hundred such memories only. Those of more
 * than 16 MiB are kept until the garbage collector wants them.
 */
export function keptKernels<Name extends string>(): (lengths: Lengths<Name>) => Kernels<Name> {
  let kept: Kernels<Name> | null = null;
  let large: WeakRef<Kernels<Name>> | null = null;
  return (lengths) => {
    const found = [kept, large?.deref()].find((kernels) => kernels && fits(kernels, lengths));
    if (found) return found;
    const wanted = roomFor(lengths, kept);
    const made = createKernels(wanted);
    if (totalOf(wanted) > KEPT_BYTES) large = new WeakRef(made);
    else kept = made;
    return made;
  };
}

/** Whether each array has the asked length (bytes). */
export function fits<Name extends string>({ bytes }: Kernels<Name>, lengths: Lengths<Name>): boolean {
  return (Object.keys(lengths) as Name[]).every((name) => bytes[name].length >= lengths[name]);
}

/** Powers of two, so that blocks of about one length make do with a few memories; no less than there was. */
function roomFor<Name extends string>(lengths: Lengths<Name>, before: Kernels<Name> | null): Lengths<Name> {
  const room = {} as Record<Name, number>;
  for (const name of Object.keys(lengths) as Name[])
    room[name] = Math.max(before?.bytes[name].length ?? 0, 2 ** Math.ceil(Math.log2(lengths[name] + 1)));
  return room;
}

function totalOf(lengths: Lengths<string>): number {
  return Object.values<number>(lengths).reduce((sum, length) => sum + length, 0);
}
