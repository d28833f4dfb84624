/**
 * Applies `fn` to every item with at most `concurrency` calls under way and yields the results in the order of the source.
 * An item is taken from the source only when there is room for it. The source is closed when the consumer stops early or
 * anything fails; calls under way are waited for, and the first failure in source order is thrown: a failure of the source itself
 * comes after the results of the items before it.
 */
export async function* mapOrdered<A, B>(
  source: AsyncIterable<A> | Iterable<A>,
  fn: (item: A) => Promise<B>,
  { concurrency }: { readonly concurrency: number },
): AsyncGenerator<B> {
  if (!(concurrency >= 1)) throw new RangeError(`concurrency is ${concurrency}; it must be at least 1`);
  const iterator =
    Symbol.asyncIterator in source
      ? source[Symbol.asyncIterator]()
      : toAsyncIterator(source[Symbol.iterator]());
  const underWay: Promise<B>[] = [];
  let exhausted = false;
  try {
    while (true) {
      while (!exhausted && underWay.length < concurrency) {
        const next = await taken(iterator);
        exhausted = next === null || "failure" in next;
        if (next !== null) underWay.push("failure" in next ? failed(next.failure) : started(fn, next.item));
      }
      const first = underWay.shift();
      if (first === undefined) return;
      yield await first;
    }
  } finally {
    await Promise.allSettled(underWay);
    if (!exhausted) await iterator.return?.();
  }
}

/** The next item of the source, what it failed with, or null at its end. */
async function taken<A>(
  iterator: AsyncIterator<A>,
): Promise<{ readonly item: A } | { readonly failure: unknown } | null> {
  try {
    const next = await iterator.next();
    return next.done === true ? null : { item: next.value };
  } catch (failure) {
    return { failure };
  }
}

function failed(reason: unknown): Promise<never> {
  return started(() => Promise.reject(reason), undefined);
}

/** Starts a call and marks its failure as handled, so that one behind a slower call is not an unhandled rejection. */
function started<A, B>(fn: (item: A) => Promise<B>, item: A): Promise<B> {
  const promise = (async () => fn(item))();
  promise.catch(() => undefined);
  return promise;
}

function toAsyncIterator<A>(iterator: Iterator<A>): AsyncIterator<A> {
  return {
    next: () => Promise.resolve(iterator.next()),
    return: () => Promise.resolve(iterator.return?.() ?? { done: true as const, value: undefined }),
  };
}
