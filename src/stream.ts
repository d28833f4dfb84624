/**
 * Applies `fn` to every item with at most `concurrency` calls under way and yields the results in the order of the source.
 * Items are taken from the source only when there is room for `burst` of them (1 by default), so that as many calls begin together.
 * The source is closed when the consumer stops early or anything fails; calls under way are waited for, and the first failure in source
 * order is thrown: a failure of the source itself comes after the results of the items before it.
 */
export async function* mapOrdered<A, B>(
  source: AsyncIterable<A> | Iterable<A>,
  fn: (item: A) => Promise<B>,
  { concurrency, burst = 1 }: { readonly concurrency: number; readonly burst?: number },
): AsyncGenerator<B> {
  if (!(concurrency >= 1)) throw new RangeError(`concurrency is ${concurrency}; it must be at least 1`);
  if (!(burst >= 1 && burst <= concurrency))
    throw new RangeError(`burst is ${burst}; it must be 1 to ${concurrency}, the concurrency`);
  const iterator =
    Symbol.asyncIterator in source
      ? source[Symbol.asyncIterator]()
      : toAsyncIterator(source[Symbol.iterator]());
  const underWay: Promise<B>[] = [];
  let exhausted = false;
  try {
    while (true) {
      const room = underWay.length + burst <= concurrency;
      while (room && !exhausted && underWay.length < concurrency) {
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

/**
 * Gives every consumer all items of a source, which is read once and no faster than the slowest takes them. When one fails, the
 * source is closed and the others, which wait for items, fail too; rejects with the first failure once all have ended.
 */
export async function distribute<T, R>(
  source: AsyncIterable<T>,
  consumers: readonly ((items: AsyncIterable<T>) => Promise<R>)[],
): Promise<R[]> {
  const rounds = new Rounds(source, consumers.length);
  const failures: unknown[] = [];
  const results = consumers.map((consume) =>
    consume(rounds.items()).catch((error: unknown) => {
      failures.push(error);
      rounds.fail(error);
      return null;
    }),
  );
  const ended = await Promise.all(results);
  if (failures.length > 0) throw failures[0];
  return ended as R[];
}

/** One item of the source, which all readers take before the next one is asked for. */
interface Round<T> {
  readonly item: Promise<IteratorResult<T>>;
  takers: number;
  readonly next: PromiseWithReject<Round<T>>;
}

interface PromiseWithReject<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

class Rounds<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #readers: number;
  readonly #first: Round<T>;
  #current: Round<T>;

  constructor(source: AsyncIterable<T>, readers: number) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#readers = readers;
    this.#first = this.#current = this.#pull();
  }

  async *items(): AsyncGenerator<T> {
    for (let round = this.#first; ; round = await this.#taken(round)) {
      const { done, value } = await round.item;
      if (done === true) return;
      yield value;
    }
  }

  fail(error: unknown): void {
    this.#current.next.reject(error);
    void this.#iterator.return?.()?.catch(() => undefined);
  }

  #taken(round: Round<T>): Promise<Round<T>> {
    round.takers++;
    if (round.takers === this.#readers) {
      this.#current = this.#pull();
      round.next.resolve(this.#current);
    }
    return round.next.promise;
  }

  #pull(): Round<T> {
    const item = this.#iterator.next();
    item.catch(() => undefined); // every reader that awaits it gets the error
    const next = promiseWithReject<Round<T>>();
    next.promise.catch(() => undefined);
    return { item, takers: 0, next };
  }
}

function promiseWithReject<T>(): PromiseWithReject<T> {
  let settle: Omit<PromiseWithReject<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}
