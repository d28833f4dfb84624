/** Counts how busy a device is: seconds inside its sessions, of the seconds from its first batch to its last answer. */
export class BusyMeter {
  readonly #workers: number;
  #seconds = 0;
  #first: number | null = null;
  #last = 0;

  /** `workers`: sessions that could be busy at a time. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /** A batch is handed over at this time (s). */
  started(now: number): void {
    this.#first ??= now;
  }

  /** A batch is answered at this time (s), after so many seconds inside the session. */
  answered(now: number, seconds: number): void {
    this.#last = now;
    this.#seconds += seconds;
  }

  /** 0 to 1; null before the first answer. */
  get share(): number | null {
    if (this.#first === null || this.#last <= this.#first) return null;
    return this.#seconds / (this.#workers * (this.#last - this.#first));
  }
}
