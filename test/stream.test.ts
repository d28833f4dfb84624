import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { distribute, mapOrdered } from "../src/stream.ts";

/** Numbers 0 … count − 1 that say how many were taken and whether the source was closed. */
function numbers(count: number) {
  const seen = { taken: 0, closed: false };
  async function* source() {
    try {
      for (let item = 0; item < count; item++) {
        seen.taken++;
        yield item;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, source: source() };
}

async function collect<A>(items: AsyncIterable<A>): Promise<A[]> {
  const all: A[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Waits until everything that is ready to run has run. */
const idle = () => sleep(5);

const unhandled: unknown[] = [];
const remember = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", remember);
});
afterEach(async () => {
  await idle();
  process.off("unhandledRejection", remember);
  expect(unhandled).toEqual([]);
});

describe("mapOrdered", () => {
  test("takes items in bursts: none until there is room for as many as begin together", async () => {
    const { seen, source } = numbers(20);
    const results = mapOrdered(source, (item) => Promise.resolve(item), { concurrency: 5, burst: 3 });
    const taken: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect((await results.next()).value).toBe(i);
      taken.push(seen.taken);
    }
    expect(taken).toEqual([5, 5, 5, 8, 8, 8, 11, 11]);
    await results.return(undefined);
    expect(
      await collect(mapOrdered(numbers(7).source, async (item) => item, { concurrency: 5, burst: 3 })),
    ).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const burst of [0, 6])
      await expect(mapOrdered([1], async (item) => item, { concurrency: 5, burst }).next()).rejects.toThrow(
        /burst is/,
      );
  });

  test("property: yields every result in the order of the source, whichever call ends first", async () => {
    const delays = fc.array(fc.nat(4), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (waits, concurrency) => {
        const results = mapOrdered(
          waits.entries(),
          async ([index, wait]) => {
            for (let turn = 0; turn < wait; turn++) await Promise.resolve();
            return index;
          },
          { concurrency },
        );
        expect(await collect(results)).toEqual(waits.map((_, index) => index));
      }),
    );
  });

  test.each([1, 2, 3, 7])(
    "takes no item of the source before there is room for it: %i at a time",
    async (concurrency) => {
      const { seen, source } = numbers(20);
      let underWay = 0;
      let most = 0;
      const results = mapOrdered(
        source,
        async (item) => {
          most = Math.max(most, ++underWay);
          expect(seen.taken).toBeLessThanOrEqual(item + concurrency);
          await sleep(1);
          underWay--;
          return item;
        },
        { concurrency },
      );
      expect(await collect(results)).toHaveLength(20);
      expect(most).toBe(concurrency);
    },
  );

  test("a consumer that stands still stops the source: calls under way end, no item more is taken", async () => {
    const { seen, source } = numbers(100);
    const results = mapOrdered(source, async (item) => item, { concurrency: 3 });
    expect((await results.next()).value).toBe(0);
    await idle();
    expect(seen.taken).toBe(3);
    await results.next();
    await idle();
    expect(seen.taken).toBe(4);
    await results.return(undefined);
  });

  test("nothing is taken before the first result is asked for", async () => {
    const { seen, source } = numbers(3);
    const results = mapOrdered(source, async (item) => item, { concurrency: 2 });
    await idle();
    expect(seen.taken).toBe(0);
    await results.return(undefined);
  });

  test("a consumer that stops early closes the source and waits for the calls under way", async () => {
    const { seen, source } = numbers(100);
    let ended = 0;
    const results = mapOrdered(
      source,
      async (item) => {
        await sleep(item === 0 ? 0 : 10);
        ended++;
        return item;
      },
      { concurrency: 4 },
    );
    for await (const _ of results) break;
    expect(seen.closed).toBe(true);
    expect(ended).toBe(seen.taken);
  });

  test("a call that fails closes the source, ends the calls under way and is thrown", async () => {
    const { seen, source } = numbers(100);
    const started: number[] = [];
    const ended: number[] = [];
    const results = mapOrdered(
      source,
      async (item) => {
        started.push(item);
        await sleep(1);
        ended.push(item);
        if (item === 5) throw new Error("five");
        return item;
      },
      { concurrency: 3 },
    );
    await expect(collect(results)).rejects.toThrow("five");
    expect(seen.closed).toBe(true);
    expect(ended.sort()).toEqual(started.sort());
    expect(seen.taken).toBeLessThanOrEqual(8);
  });

  test("of several failures the first in the order of the source is thrown, and no other is left unhandled", async () => {
    const results = mapOrdered(
      [30, 1, 10],
      async (wait) => {
        await sleep(wait);
        throw new Error(`after ${wait} ms`);
      },
      { concurrency: 3 },
    );
    await expect(collect(results)).rejects.toThrow("after 30 ms");
  });

  test("a failure behind a slower call is not an unhandled rejection while that call runs", async () => {
    const results = mapOrdered(
      [20, 0],
      async (wait) => {
        await sleep(wait);
        if (wait === 0) throw new Error("fast");
        return wait;
      },
      { concurrency: 2 },
    );
    expect((await results.next()).value).toBe(20);
    await expect(results.next()).rejects.toThrow("fast");
  });

  test("a function that throws at once fails like one that rejects", async () => {
    const throwing = (): Promise<number> => {
      throw new Error("at once");
    };
    await expect(collect(mapOrdered([1], throwing, { concurrency: 1 }))).rejects.toThrow("at once");
  });

  test.each([1, 2, 5])(
    "a source that fails is reported after the results of the items before it: %i at a time",
    async (concurrency) => {
      async function* source() {
        yield 0;
        yield 1;
        throw new Error("source");
      }
      const slow = async (item: number) => sleep(5, item);
      const found: number[] = [];
      const consumed = (async () => {
        for await (const item of mapOrdered(source(), slow, { concurrency })) found.push(item);
      })();
      await expect(consumed).rejects.toThrow("source");
      expect(found).toEqual([0, 1]);
    },
  );

  test("a call that fails before the source does is the failure thrown", async () => {
    async function* source() {
      yield 0;
      throw new Error("source");
    }
    const failing = async (): Promise<number> => {
      await sleep(5);
      throw new Error("call");
    };
    await expect(collect(mapOrdered(source(), failing, { concurrency: 3 }))).rejects.toThrow("call");
  });

  test("a plain iterable is closed too when the consumer stops", async () => {
    let closed = false;
    function* source() {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    }
    for await (const _ of mapOrdered(source(), async (item) => item, { concurrency: 1 })) break;
    expect(closed).toBe(true);
  });

  test.each([0, -1, Number.NaN])("a concurrency of %d is refused", async (concurrency) => {
    await expect(collect(mapOrdered([1], async (item) => item, { concurrency }))).rejects.toThrow(
      `concurrency is ${concurrency}; it must be at least 1`,
    );
  });

  test("an empty source yields nothing", async () => {
    expect(await collect(mapOrdered([], async (item) => item, { concurrency: 2 }))).toEqual([]);
  });
});

describe("distribute", () => {
  test("every consumer gets every item, in order, of a source that is read once", async () => {
    const { seen, source } = numbers(50);
    const slowly = async (items: AsyncIterable<number>) => {
      const all: number[] = [];
      for await (const item of items) {
        if (item % 7 === 0) await idle();
        all.push(item);
      }
      return all;
    };
    const expected = Array.from({ length: 50 }, (_, i) => i);
    expect(await distribute(source, [collect, slowly, collect])).toEqual([expected, expected, expected]);
    expect(seen).toEqual({ taken: 50, closed: true });
  });

  test("no item is taken before the slowest consumer has asked for it", async () => {
    const { seen, source } = numbers(50);
    let go = (): void => undefined;
    const stopped = async (items: AsyncIterable<number>) => {
      for await (const item of items) if (item === 3) await new Promise<void>((resolve) => (go = resolve));
      return [];
    };
    const all = distribute<number, number[]>(source, [collect, stopped]);
    await idle();
    expect(seen.taken).toBe(4);
    go();
    await all;
  });

  test("one that fails stops the others and closes the source", async () => {
    const { seen, source } = numbers(50);
    const failing = async (items: AsyncIterable<number>): Promise<number[]> => {
      for await (const item of items) if (item === 5) throw new Error("the disk is full");
      return [];
    };
    await expect(distribute(source, [collect, failing, collect])).rejects.toThrow("the disk is full");
    expect(seen.taken).toBeLessThan(9);
    await idle();
    expect(seen.closed).toBe(true);
  });

  test("a source that fails stops all of them with its error", async () => {
    async function* breaking() {
      yield 1;
      throw new Error("the source broke");
    }
    await expect(distribute(breaking(), [collect, collect])).rejects.toThrow("the source broke");
  });
});
