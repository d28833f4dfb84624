import { InferenceSession, type Tensor } from "onnxruntime-node";
import { vi } from "vitest";

type Answers = Promise<InferenceSession.ReturnType>;

/**
 * Lets every session that is made from now on run as `change` makes of its own way, and keeps what it fetches; until mocks are restored.
 */
export function watchSessions(
  change: (run: () => Answers, wanted: readonly string[]) => Answers = (run) => run(),
): Tensor[] {
  const fetched: Tensor[] = [];
  const create = InferenceSession.create.bind(InferenceSession) as (
    ...args: unknown[]
  ) => Promise<InferenceSession>;
  vi.spyOn(InferenceSession, "create").mockImplementation(async (...args: unknown[]) => {
    const session = await create(...args);
    const run = session.run.bind(session);
    session.run = async (feeds, wanted) => {
      const outputs = await change(() => run(feeds, wanted as string[]), wanted as string[]);
      fetched.push(...(Object.values(outputs) as Tensor[]));
      return outputs;
    };
    return session;
  });
  return fetched;
}
