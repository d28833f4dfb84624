/**
 * Applies `fn` to every item with at most `concurrency` calls under way and yields the results in the order of the source.
 * An item is taken from the source only when there is room for it. The source is closed when the consumer stops early or
 * anything fails; calls under way are waited for, and the first failure in source order is thrown.
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
        const next = await iterator.next();
        if (next.done === true) exhausted = true;
        else underWay.push(started(fn, next.value));
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
