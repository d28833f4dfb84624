/** A device has not answered for so long that its driver must hang: what it was asked is not done, and its thread cannot be stopped. */
export class HungDeviceError extends Error {
  constructor(seconds: number) {
    super(`no answer for ${Math.round(seconds)} s: its driver hangs`);
    this.name = "HungDeviceError";
  }
}

/** How long (s) a device may take. */
export interface PatienceLimits {
  /** For the first answer: a driver may compile its kernels then. */
  readonly first: number;
  /** For any other, and so many times the median of those before. */
  readonly least: number;
  readonly times: number;
}

export const GPU_PATIENCE: PatienceLimits = { first: 300, least: 60, times: 20 };

/** Looks at the clock in the time of the shortest limit. A process that is stopped or busy meanwhile has waited for one look only. */
const LOOKS = 20;
/** Answers that the median is of: the last ones. */
const REMEMBERED = 101;

interface Wait {
  looks: number;
  readonly fail: (error: HungDeviceError) => void;
}

/** Waits for the answers of a device that may hang; when one does not come in time, none of those that are waited for will. */
export class Patience {
  readonly #limits: PatienceLimits;
  readonly #waits = new Set<Wait>();
  readonly #seconds: number[] = [];
  #clock: NodeJS.Timeout | null = null;

  constructor(limits: PatienceLimits) {
    this.#limits = limits;
  }

  /** The answer. Throws HungDeviceError where it, or one before it, does not come in time. */
  wait<T>(answer: Promise<T>): Promise<T> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const wait: Wait = { looks: 0, fail: reject };
      this.#waits.add(wait);
      this.#clock ??= setInterval(() => this.#look(), this.#lookSeconds * 1000);
      answer.then(resolve, reject).finally(() => this.#ended(wait, (performance.now() - started) / 1000));
    });
  }

  get #lookSeconds(): number {
    return this.#limits.least / LOOKS;
  }

  /** Seconds until the next answer at the latest. */
  get #limit(): number {
    const { first, least, times } = this.#limits;
    const median = this.#seconds.toSorted((a, b) => a - b)[this.#seconds.length >> 1];
    return median === undefined ? first : Math.max(least, times * median);
  }

  #look(): void {
    let longest = 0;
    for (const wait of this.#waits) longest = Math.max(longest, ++wait.looks * this.#lookSeconds);
    if (longest < this.#limit) return;
    for (const { fail } of this.#waits) fail(new HungDeviceError(longest));
    this.#waits.clear();
    this.#stop();
  }

  #ended(wait: Wait, seconds: number): void {
    if (!this.#waits.delete(wait)) return;
    this.#seconds.push(seconds);
    if (this.#seconds.length > REMEMBERED) this.#seconds.shift();
    if (this.#waits.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#clock ?? undefined);
    this.#clock = null;
  }
}
